/** A day's schedule out of chapters and their minutes: breaks in between, lunch in the middle, and what does not fit. */

/** What is taught, in its order. */
export interface Part {
  /** The chapter's folder: `09-epoll`. */
  readonly name: string;
  readonly title: string;
  readonly minutes: number;
}

/** How long a day is. All times are minutes; those of the clock count from midnight. */
export interface Frame {
  readonly days: number;
  readonly start: number;
  /** When a day ends at the latest. */
  readonly end: number;
  /** When lunch begins at the earliest; a day that ends by then has none. */
  readonly lunch: number;
}

/** A line of the schedule. */
export interface Slot {
  readonly from: number;
  readonly to: number;
  /** The chapter that is taught, or what is done instead. */
  readonly what: Part | 'break' | 'lunch';
}

/** What is taught when. */
export interface Schedule {
  readonly days: Slot[][];
  /** Chapters for which no time is left. */
  readonly left: Part[];
}

const hour = 60;

/** The workshop's three lengths, and the chapters that stand best in so much time. */
export const presets: readonly { name: string; frame: Frame; chapters: readonly number[] }[] = [
  {
    name: 'Half a day',
    frame: { days: 1, start: 9 * hour, end: 13 * hour, lunch: 13 * hour },
    chapters: [1, 2, 5, 9],
  },
  {
    name: 'One day',
    frame: { days: 1, start: 9 * hour, end: 17 * hour, lunch: 12 * hour },
    chapters: [1, 2, 3, 5, 9, 11, 12],
  },
  {
    name: 'Two days',
    frame: { days: 2, start: 9 * hour, end: 17 * hour, lunch: 12 * hour },
    chapters: [1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  },
];

/** How long people sit at most before there is a break, unless a chapter alone is longer. */
export const SITTING = 100;
export const BREAK = 15;
const LUNCH = 60;

/**
 * Lays chapters out over days. No chapter is cut in two: one that does not fit into what is left of a day begins the next,
 * and where there is no next day it is left over, with all that follow it.
 * @param parts in the order in which they are taught
 */
export function schedule(parts: readonly Part[], frame: Frame): Schedule {
  const days: Slot[][] = [];
  const left = [...parts];
  while (days.length < frame.days && left.length > 0) {
    const day: Slot[] = [];
    let now = frame.start;
    let sat = 0;
    let eaten = frame.end <= frame.lunch;
    const pause = (what: 'break' | 'lunch', minutes: number): void => {
      day.push({ from: now, to: now + minutes, what });
      now += minutes;
      sat = 0;
    };
    for (let part = left[0]; part !== undefined; part = left[0]) {
      const lunch = !eaten && now >= frame.lunch;
      const rest = !lunch && sat > 0 && sat + part.minutes > SITTING;
      const begin = now + (lunch ? LUNCH : rest ? BREAK : 0);
      if (begin + part.minutes > frame.end) break;
      if (lunch) {
        pause('lunch', LUNCH);
        eaten = true;
      } else if (rest) pause('break', BREAK);
      day.push({ from: now, to: now + part.minutes, what: part });
      now += part.minutes;
      sat += part.minutes;
      left.shift();
    }
    if (day.length === 0) break; // a chapter longer than a day
    days.push(day);
  }
  return { days, left };
}

/** A time of day: `09:05`. */
export function clock(minutes: number): string {
  return `${String(Math.floor(minutes / hour)).padStart(2, '0')}:${String(minutes % hour).padStart(2, '0')}`;
}

/** Minutes since midnight of a time of day as a browser gives it; undefined for anything else. */
export function minutesOf(time: string): number | undefined {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(time);
  return match === null ? undefined : Number(match[1]) * hour + Number(match[2]);
}
