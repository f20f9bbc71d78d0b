/** How a chapter's traits are worded, in the ladder and at the head of a chapter alike. */
import type { Blocks, Traits } from '../../../chapters/chapters.ts';

/** A trait, as a page words it. */
export interface Shown {
  key: keyof Traits;
  /** Over a column of the ladder. */
  column: string;
  /** Over the trait at the head of a chapter. */
  question: string;
  value: string;
  /** undefined: a plain value without a mark. */
  mark: Blocks | undefined;
}

const questions = {
  slowSender: ['slow sender', 'A slow sender blocks'],
  slowReader: ['slow reader', 'A slow reader blocks'],
  wait: ['WAIT', 'A WAIT blocks'],
  burn: ['BURN', 'A BURN blocks'],
  connection: ['connection', 'A connection costs'],
  clients: ['clients', 'Clients at once'],
} as const;

const keys: readonly (keyof Traits)[] = ['slowSender', 'slowReader', 'wait', 'burn', 'connection', 'clients'];
const costs = { nothing: 'a descriptor', thread: 'a thread', process: 'a process' } as const;
const blocked = { nobody: 'nobody', worker: 'its worker', everyone: 'everyone' } as const;

function wordingOf(traits: Traits, key: keyof Traits): Pick<Shown, 'value' | 'mark'> {
  if (key === 'clients') {
    const value = traits.clients === 'descriptors' ? 'one per descriptor' : traits.clients.toLocaleString('en');
    return { value, mark: undefined };
  }
  if (key === 'connection') return { value: costs[traits.connection], mark: undefined };
  return { value: blocked[traits[key]], mark: traits[key] };
}

/** The columns of the ladder, in order. */
export const columns: readonly string[] = keys.map((key) => questions[key][0]);

/** What a page shows of a chapter's traits, in the order of the columns. */
export function shown(traits: Traits): Shown[] {
  return keys.map((key) => ({
    key,
    column: questions[key][0],
    question: questions[key][1],
    ...wordingOf(traits, key),
  }));
}
