/** A flame graph as data: who called whom, and for how long. */

/** Whose code a frame is; what the colours of the page and the picture stand for. */
export const KINDS = ['program', 'lib', 'call', 'node', 'kernel'] as const;
export type Kind = (typeof KINDS)[number];

/** What each kind is, in words. */
export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  program: 'the program',
  lib: 'lib: the service, the loops',
  call: 'system calls, through koffi',
  node: 'Node, V8 and packages',
  kernel: 'the kernel',
};

/** A function on a stack. */
export interface Place {
  readonly name: string;
  /** Where it stands, as in `lib/sys/io.ts:31`; '' where that is not known. */
  readonly at: string;
  readonly kind: Kind;
}

/** A function that was called from where it stands in the tree; times are in microseconds. */
export interface Frame extends Place {
  /** With all that it called. */
  value: number;
  readonly children: Frame[];
}

/** A frame without time yet. */
export function frame({ name, at, kind }: Place): Frame {
  return { name, at, kind, value: 0, children: [] };
}

/** Adds time to a stack, and so to all who stand on it. @param stack the outermost first, below `root` */
export function add(root: Frame, stack: readonly Place[], value: number): void {
  let into = root;
  into.value += value;
  for (const place of stack) {
    let child = into.children.find(({ name, at }) => name === place.name && at === place.at);
    if (child === undefined) {
      child = frame(place);
      into.children.push(child);
    }
    child.value += value;
    into = child;
  }
}

/** A stack from where it enters the project's code: what starts Node, and then a module, says nothing of the program. */
export function fromProgram(stack: readonly Place[]): readonly Place[] {
  const first = stack.findIndex(({ kind }) => kind === 'program' || kind === 'lib' || kind === 'call');
  return first < 0 ? stack : stack.slice(first);
}

/** Puts the widest first, and leaves out what nobody could see. @param least a share of the whole */
export function tidy(root: Frame, least = 0.0002): Frame {
  const walk = (one: Frame): Frame => ({
    ...one,
    value: Math.round(one.value),
    children: one.children
      .filter(({ value }) => value >= root.value * least)
      .sort((a, b) => b.value - a.value)
      .map(walk),
  });
  return walk(root);
}

/** A function, and the time that it has spent itself. */
export interface Own extends Place {
  readonly own: number;
}

/** The functions of a tree by what they have spent themselves, the most first. */
export function hottest(root: Frame): Own[] {
  const functions = new Map<string, { place: Place; own: number }>();
  const walk = (one: Frame): void => {
    const { name, at, kind, value, children } = one;
    const own = value - children.reduce((sum, child) => sum + child.value, 0);
    const key = `${name} ${at}`;
    const known = functions.get(key) ?? { place: { name, at, kind }, own: 0 };
    known.own += own;
    functions.set(key, known);
    children.forEach(walk);
  };
  root.children.forEach(walk);
  return [...functions.values()].map(({ place, own }) => ({ ...place, own })).sort((a, b) => b.own - a.own);
}
