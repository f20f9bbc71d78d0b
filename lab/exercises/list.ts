/** `lab list` and `lab start`: what there is to do, what is done, and where to go on. */

import { wrap } from '../../exercises/check/outcome.ts';
import { exerciseNames, files, makeYours, readExercise } from '../../exercises/exercises.ts';
import { carryOut, labCommand, WELL } from './command.ts';
import { paint } from './paint.ts';
import { changeState, readState } from './state.ts';
import { firstOpen, which } from './which.ts';

/** Every exercise in a line. */
function table(): string {
  const state = readState();
  const names = exerciseNames();
  const at = which(undefined);
  const rows = names.map((name) => {
    const { description, minutes } = readExercise(name);
    const { passed, diagnosis } = state.exercises[name] ?? {};
    const how = passed !== undefined ? 'done' : diagnosis === undefined ? '' : 'begun';
    const mark = name === at ? '>' : ' ';
    const before = `${mark} ${name.padEnd(18)} ${how.padEnd(5)} ${`${minutes} min`.padStart(6)}  `;
    const row = before + wrap(description, ' '.repeat(before.length)).trimStart();
    return passed === undefined ? row : paint('green', row);
  });
  const done = names.filter((name) => state.exercises[name]?.passed !== undefined).length;
  const next =
    firstOpen(state) === undefined
      ? ''
      : `\nGo on: npx lab start ${state.exercises[at]?.passed ? firstOpen(state) : at}`;
  return [...rows, '', `${done} of ${names.length} exercises done.${next}`].join('\n');
}

/** Runs `lab list`. @returns the exit status */
export function list(words: readonly string[]): Promise<number> {
  labCommand('list', 'list the exercises, and what is done').parse(words, { from: 'user' });
  return carryOut('list', () => {
    console.log(table());
    return WELL;
  });
}

/** Runs `lab start`. @returns the exit status */
export function start(words: readonly string[]): Promise<number> {
  const program = labCommand(
    'start',
    'begin with an exercise, or go on: says which file to edit, and what to do with it',
  )
    .argument('[exercise]', 'without it, the first that is not done')
    .parse(words, { from: 'user' });
  return carryOut('start', () => {
    const state = readState();
    const [word] = program.args;
    const name = word === undefined ? (firstOpen(state) ?? which(undefined)) : which(word);
    const made = makeYours(name);
    changeState((changed) => {
      changed.current = name;
    });
    const { title, description, chapter, minutes } = readExercise(name);
    console.log(`${paint('bold', `${name} · ${title}`)}
${wrap(`${description}, in some ${minutes} minutes`, '  ')}

  Read   ${files.readme(name)}
         chapters/${chapter}/README.md, the chapter
  Edit   ${files.yours(name)}${made ? ', just made from the starter' : ''}
  Then   npx lab check      says what is wrong, and what to read
         npx lab watch      does so whenever you save
         npx lab hint       helps, a little more each time`);
    return WELL;
  });
}
