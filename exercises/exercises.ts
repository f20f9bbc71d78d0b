/** The exercises as they are found on disk, for their checks, for `npx lab`, and for the site. */

import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A mistake that a check can tell from others, and the ladder of hints that leads out of it. */
export interface Diagnosis {
  readonly id: string;
  /** Names the mistake. */
  readonly says: string;
  /** The paragraph to read, from the root of the repository: `chapters/09-epoll/README.md#how-it-works`. */
  readonly read: string;
  /** A question or a remark that points at the place. */
  readonly nudge: string;
  /** What to do, in words or half code. */
  readonly sketch: string;
  /** A text in the solution that the hunk has which mends this; without it, the first hunk is shown. */
  readonly hunk?: string;
}

/** What an exercise's README.md says of it before its text. */
export interface Exercise {
  /** The folder's name: `09-wait`. */
  readonly name: string;
  readonly title: string;
  /** One line: what is to be done. */
  readonly description: string;
  /** The chapter's folder: `09-epoll`. */
  readonly chapter: string;
  readonly minutes: number;
  readonly diagnoses: readonly Diagnosis[];
}

/** The files of an exercise, from the root of the repository. */
export const files = {
  readme: (name: string): string => `exercises/${name}/README.md`,
  check: (name: string): string => `exercises/${name}/check.ts`,
  server: (name: string): string => `exercises/${name}/server.ts`,
  /** As it is handed out. Nobody writes to it. */
  starter: (name: string): string => `exercises/${name}/starter.ts`,
  /** The learner's own, made from the starter. */
  yours: (name: string): string => `exercises/${name}/yours.ts`,
  solution: (name: string): string => `solutions/${name}/solution.ts`,
};

/** Every right answer of an exercise, the one whose difference is shown first. @param root of another workshop than this */
export function solutions(name: string, root = ROOT): string[] {
  const others = typescript(root, `solutions/${name}`).filter((path) => path !== files.solution(name));
  return [files.solution(name), ...others];
}

/** Every wrong answer of an exercise. */
export function wrongAnswers(name: string): string[] {
  return typescript(ROOT, `solutions/${name}/wrong`);
}

function typescript(root: string, folder: string): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => `${folder}/${file}`);
}

/** The diagnosis that a wrong answer must get: what stands after `@diagnosis` in its first comment. */
export function expectedDiagnosis(path: string): string | undefined {
  return /^\/\*\*[^/]*@diagnosis ([\w-]+)/.exec(readFileSync(join(ROOT, path), 'utf8'))?.[1];
}

/** Makes the learner's file from the starter, unless it is there. @returns whether it was made now */
export function makeYours(name: string): boolean {
  const yours = join(ROOT, files.yours(name));
  if (existsSync(yours)) return false;
  copyFileSync(join(ROOT, files.starter(name)), yours);
  return true;
}

type Fields = Record<string, unknown>;

/** Whether something that was read is an object with keys. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is wrong with some fields: those that are missing, not of their type, or not known. */
function faults(where: string, fields: Fields, texts: readonly string[], others: readonly string[]): string[] {
  const missing = texts.filter((key) => typeof fields[key] !== 'string' || fields[key] === '');
  const unknown = Object.keys(fields).filter((key) => !texts.includes(key) && !others.includes(key));
  return [
    ...missing.map((key) => `${where}: "${key}" must be a text`),
    ...unknown.map((key) => `${where}: unknown key "${key}"`),
  ];
}

/**
 * Reads an exercise's front matter.
 *
 * @param name the exercise's folder
 * @param root of another workshop than this
 * @throws Error with a line for each fault
 */
export function readExercise(name: string, root = ROOT): Exercise {
  const file = files.readme(name);
  const markdown = readFileSync(join(root, file), 'utf8');
  const document = parseDocument(/^---\n(.*?)^---$/ms.exec(markdown)?.[1] ?? '');
  const fields: unknown = document.toJS();
  const [error] = document.errors;
  if (error !== undefined) throw new Error(`${file}: ${error.message.split('\n')[0]}`);
  if (!isFields(fields)) throw new Error(`${file}: no front matter: the text must begin with ---`);
  const problems = faults(file, fields, ['title', 'description', 'chapter'], ['minutes', 'diagnoses']);
  const { minutes, diagnoses } = fields;
  if (!Number.isInteger(minutes)) problems.push(`${file}: "minutes" must be a whole number`);
  if (!isFields(diagnoses)) throw new Error(`${file}: "diagnoses" must hold keys and values`);
  for (const [id, diagnosis] of Object.entries(diagnoses)) {
    const where = `${file}: diagnosis ${id}`;
    if (!isFields(diagnosis)) problems.push(`${where}: must hold keys and values`);
    else problems.push(...faults(where, diagnosis, ['says', 'read', 'nudge', 'sketch'], ['hunk']));
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const matter = fields as unknown as Omit<Exercise, 'name' | 'diagnoses'>;
  const all = Object.entries(diagnoses as Record<string, Omit<Diagnosis, 'id'>>);
  return { ...matter, name, diagnoses: all.map(([id, rest]) => ({ ...rest, id, says: rest.says.trim() })) };
}

/** The names of all exercises, in their order. @param root of another workshop than this */
export function exerciseNames(root = ROOT): string[] {
  return readdirSync(join(root, 'exercises'))
    .filter((name) => /^\d\d-/.test(name) && existsSync(join(root, files.check(name))))
    .sort();
}
