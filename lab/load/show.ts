/** What a server has sent, as people may see it. */

/** So many characters are shown. */
const MOST = 80;

/** Bytes on one line, one character each. None of them reaches a terminal that would obey it. */
export function show(text: string): string {
  const shown = JSON.stringify(text.length > MOST ? `${text.slice(0, MOST)}…` : text);
  return shown.replace(/[\u007f-\u009f]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}
