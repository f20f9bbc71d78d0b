/** The recorded runs that stand beside the chapters; each is fetched when it is looked at. */

import type { Recording } from '../../../lab/traces/recording.ts';
import { data as chapters } from './chapters.data.ts';

const files = import.meta.glob<Recording>('../../../chapters/*/recording.json', { import: 'default' });
const byName = new Map(Object.entries(files).map(([file, load]) => [file.split('/').at(-2)!, load]));

/** The chapters with a recording, in their order. */
export const recorded: readonly { name: string; title: string }[] = chapters
  .filter(({ name }) => byName.has(name))
  .map(({ name, title }) => ({ name, title: `${name.slice(0, 2)} · ${title}` }));

/** Fetches a chapter's recording. */
export async function fetchRecording(name: string): Promise<Recording> {
  const load = byName.get(name);
  if (load === undefined) throw new Error(`${name} has no recording`);
  return load();
}
