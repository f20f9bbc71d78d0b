/** Reads the front matter of the chapters, which the site and the test suites share, and says what is wrong with it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

const blocks = ['nobody', 'worker', 'everyone'] as const;
const costs = ['nothing', 'thread', 'process'] as const;

/** Who waits: nobody else, those served by the same worker (thread or process), or every client. */
export type Blocks = (typeof blocks)[number];

/** What a chapter's server says of itself; the suites measure it. */
export interface Traits {
  /** Whom a client blocks that sends half a line and pauses. */
  slowSender: Blocks;
  /** Whom a client blocks that does not read its answers. */
  slowReader: Blocks;
  /** Whom a `WAIT` blocks. */
  wait: Blocks;
  /** Whom a `BURN` blocks. */
  burn: Blocks;
  /** What the server sets up for each connection, beside its descriptor. */
  connection: (typeof costs)[number];
  /** How many clients are served at the same time: a number, or as many as the process may have descriptors. */
  clients: number | 'descriptors';
}

export interface Chapter {
  /** The folder's name: `09-epoll`. */
  name: string;
  /** The folder's number: 9. */
  number: number;
  /** Path of the text from the repository's root. */
  file: string;
  title: string;
  description: string;
  /** How long a reader needs. */
  minutes: number;
  /** undefined where the chapter has no server of its own. */
  traits: Traits | undefined;
  /** Prompts for whoever teaches the chapter: "Ask: …", "Demo: …". */
  instructor: string[];
}

type Check = (value: unknown) => string | undefined;
type Fields = Record<string, unknown>;

const text: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'must be a text');
const whole: Check = (value) =>
  Number.isInteger(value) && Number(value) > 0 ? undefined : 'must be a whole number > 0';
const texts: Check = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') ? undefined : 'must be a list of texts';
const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && allowed.includes(value) ? undefined : `must be one of ${allowed.join(', ')}`;
const clients: Check = (value) =>
  value === 'descriptors' || whole(value) === undefined ? undefined : 'must be a whole number > 0, or descriptors';

const chapterChecks: Record<string, Check> = { title: text, description: text, minutes: whole, instructor: texts };
const traitChecks: Record<keyof Traits, Check> = {
  slowSender: oneOf(...blocks),
  slowReader: oneOf(...blocks),
  wait: oneOf(...blocks),
  burn: oneOf(...blocks),
  connection: oneOf(...costs),
  clients,
};

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkFields(prefix: string, fields: Fields, checks: Record<string, Check>): string[] {
  const known = Object.keys(checks);
  const unknown = Object.keys(fields)
    .filter((key) => !known.includes(key))
    .map((key) => `unknown key "${prefix}${key}"; the keys are ${known.map((name) => prefix + name).join(', ')}`);
  const wrong = Object.entries(checks).flatMap(([key, check]) => {
    if (!(key in fields)) return [`missing key "${prefix}${key}"`];
    const complaint = check(fields[key]);
    return complaint === undefined ? [] : [`"${prefix}${key}" ${complaint}, not ${JSON.stringify(fields[key])}`];
  });
  return [...unknown, ...wrong];
}

function checkChapter(fields: Fields, hasServer: boolean): string[] {
  const { traits, ...rest } = fields;
  const problems = checkFields('', rest, chapterChecks);
  if (traits === undefined) {
    return hasServer ? [...problems, 'missing key "traits": server.ts stands beside the text'] : problems;
  }
  if (!isFields(traits)) return [...problems, '"traits" must hold keys and values'];
  return [...problems, ...checkFields('traits.', traits, traitChecks)];
}

/**
 * Reads one chapter's front matter.
 * @param name the chapter's folder: `09-epoll`
 * @param markdown the whole text
 * @param hasServer whether server.ts stands beside it; then the traits must be given
 * @throws Error with one line for each fault, each naming the file
 */
export function parseChapter(name: string, markdown: string, hasServer: boolean): Chapter {
  const file = `chapters/${name}/README.md`;
  const fail = (problems: string[]): never => {
    throw new Error(problems.map((problem) => `${file}: ${problem}`).join('\n'));
  };
  const yaml = /^---\r?\n(.*?)^---\r?$/ms.exec(markdown)?.[1];
  if (yaml === undefined) return fail(['no front matter: the text must begin with ---']);
  const document = parseDocument(yaml);
  if (document.errors.length > 0) return fail(document.errors.map((error) => error.message.split('\n')[0] ?? ''));
  const fields: unknown = document.toJS();
  if (!isFields(fields)) return fail(['the front matter must hold keys and values']);
  const problems = checkChapter(fields, hasServer);
  if (problems.length > 0) return fail(problems);
  const matter = fields as unknown as Pick<Chapter, 'title' | 'description' | 'minutes' | 'instructor' | 'traits'>;
  return { name, number: Number(name.slice(0, 2)), file, ...matter, traits: matter.traits };
}

/**
 * Reads the front matter of all chapters found on disk, in the order of their numbers.
 * @param root absolute path of the repository; a chapter is a folder `chapters/NN-name`
 * @throws Error with one line for each fault in any chapter, each naming its file
 */
export function readChapters(root: string): Chapter[] {
  const folder = join(root, 'chapters');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d\d-[\w-]+$/.test(name)) : [];
  const chapters: Chapter[] = [];
  const problems: string[] = [];
  for (const name of names.sort()) {
    const file = join(folder, name, 'README.md');
    try {
      if (!existsSync(file)) throw new Error(`chapters/${name}/README.md: the chapter has no text`);
      chapters.push(parseChapter(name, readFileSync(file, 'utf8'), existsSync(join(folder, name, 'server.ts'))));
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return chapters;
}
