/** The schedule: chapters in their order, breaks in time, lunch once, nothing cut, nothing lost. */
import test from 'ava';
import fc from 'fast-check';
import { readChapters } from '../chapters/chapters.ts';
import { BREAK, clock, minutesOf, type Part, presets, SITTING, type Slot, schedule } from './agenda.ts';
import { root } from './root.ts';

const part = (name: string, minutes: number): Part => ({ name, title: name, minutes });
const frame = { days: 1, start: 540, end: 1020, lunch: 720 };
const show = (days: Slot[][]): string[] =>
  days.flatMap((day, index) =>
    day.map(
      ({ from, to, what }) => `${index + 1} ${clock(from)}–${clock(to)} ${typeof what === 'string' ? what : what.name}`,
    ),
  );

test('a break comes before people have sat too long, and lunch when it is time', (t) => {
  const { days, left } = schedule([part('a', 40), part('b', 60), part('c', 50), part('d', 60), part('e', 45)], frame);
  t.deepEqual(show(days), [
    '1 09:00–09:40 a',
    '1 09:40–10:40 b',
    '1 10:40–10:55 break',
    '1 10:55–11:45 c',
    '1 11:45–12:00 break',
    '1 12:00–13:00 d',
    '1 13:00–14:00 lunch',
    '1 14:00–14:45 e',
  ]);
  t.deepEqual(left, []);
});

test('what does not fit begins the next day, or is left', (t) => {
  const parts = [part('a', 200), part('b', 200), part('c', 200)];
  t.deepEqual(show(schedule(parts, { ...frame, days: 2 }).days), [
    '1 09:00–12:20 a',
    '1 12:20–13:20 lunch',
    '1 13:20–16:40 b',
    '2 09:00–12:20 c',
  ]);
  t.deepEqual(schedule(parts, frame).left, [parts[2]]);
  t.deepEqual(schedule([part('long', 999)], frame), { days: [], left: [part('long', 999)] });
  t.deepEqual(schedule([], frame), { days: [], left: [] });
});

test('whatever is picked: in order, none lost, no overlap, one lunch at most, no sitting too long', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 5, max: 120 }), { maxLength: 25 }),
      fc.integer({ min: 1, max: 3 }),
      (minutes, days) => {
        const parts = minutes.map((length, index) => part(`${index}`, length));
        const made = schedule(parts, { ...frame, days });
        const taught = made.days.flat().flatMap(({ what }) => (typeof what === 'string' ? [] : [what]));
        if (JSON.stringify([...taught, ...made.left]) !== JSON.stringify(parts)) return false;
        return made.days.every((day) => {
          let sat = 0;
          const sits = day.every(({ from, to, what }) => {
            const alone = sat === 0;
            sat = typeof what === 'string' ? 0 : sat + to - from;
            return sat <= SITTING || alone;
          });
          const touches = day.every((slot, index) => slot.from === (day[index - 1]?.to ?? frame.start));
          const lunches = day.filter(({ what }) => what === 'lunch').length;
          return sits && touches && lunches <= 1 && day.at(-1)!.to <= frame.end && typeof day.at(-1)!.what !== 'string';
        });
      },
    ),
  );
  t.pass();
});

for (const { name, frame, chapters } of presets) {
  test(`${name}: its chapters fit, and leave less than an hour`, (t) => {
    const parts = readChapters(root).filter(({ number }) => chapters.includes(number));
    t.is(parts.length, chapters.length);
    const { days, left } = schedule(parts, frame);
    t.deepEqual(left, []);
    t.is(days.length, frame.days);
    t.true(frame.end - days.at(-1)!.at(-1)!.to < 60 + BREAK, clock(days.at(-1)!.at(-1)!.to));
  });
}

test('times of day are read and written', (t) => {
  t.is(clock(545), '09:05');
  t.is(minutesOf('09:05'), 545);
  t.is(minutesOf('9:5'), undefined);
  t.is(minutesOf('24:00'), undefined);
  t.is(minutesOf(''), undefined);
});
