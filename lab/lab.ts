/** The tools around the chapters, as one command: `npx lab load`. Each is read only when it is asked for. */

import type { Command } from 'commander';
import { toolCommand } from '../lib/program/tool.ts';

/** A tool: its name, what it does, an example, and the module that has it. */
interface Tool {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly string[];
  /** Runs it, with the words after its name. @returns the exit status */
  readonly run: (words: readonly string[]) => Promise<number>;
}

const tools: readonly Tool[] = [
  {
    name: 'start',
    summary: 'begin with the exercises, or go on',
    examples: ['start'],
    run: async (words) => (await import('./exercises/list.ts')).start(words),
  },
  {
    name: 'list',
    summary: 'list the exercises, and what is done',
    examples: ['list'],
    run: async (words) => (await import('./exercises/list.ts')).list(words),
  },
  {
    name: 'check',
    summary: 'check your answer to an exercise',
    examples: ['check 09-wait'],
    run: async (words) => (await import('./exercises/check.ts')).main(words),
  },
  {
    name: 'watch',
    summary: 'check your answer whenever you save it',
    examples: ['watch'],
    run: async (words) => (await import('./exercises/watch.ts')).main(words),
  },
  {
    name: 'hint',
    summary: 'give a hint for what the last check has found',
    examples: ['hint'],
    run: async (words) => (await import('./exercises/hint.ts')).main(words),
  },
  {
    name: 'diff',
    summary: 'show the difference between the starter and the solution',
    examples: ['diff 09-wait --yours'],
    run: async (words) => (await import('./exercises/diff.ts')).main(words),
  },
  {
    name: 'solve',
    summary: 'take the solution, and keep your answer',
    examples: ['solve 09-wait'],
    run: async (words) => (await import('./exercises/replace.ts')).solve(words),
  },
  {
    name: 'reset',
    summary: 'begin an exercise anew, and keep your answer',
    examples: ['reset 09-wait'],
    run: async (words) => (await import('./exercises/replace.ts')).reset(words),
  },
  {
    name: 'predict',
    summary: 'predict what a chapter does, and see it measured',
    examples: ['predict 09-epoll'],
    run: async (words) => (await import('./predict/command.ts')).main(words),
  },
  {
    name: 'verify',
    summary: 'see that the checks of the exercises tell right from wrong',
    examples: ['verify'],
    run: async (words) => (await import('./exercises/verify.ts')).main(words),
  },
  {
    name: 'load',
    summary: 'load a server, check its answers, and tell how long they took',
    examples: ['load --connections 100 --duration 5s', 'load --connections 10000 --hold'],
    run: async (words) => (await import('./load/command.ts')).load(words),
  },
  {
    name: 'race',
    summary: 'measure chapters under the same loads, one after the other',
    examples: ['race 01 03 09 13 --quick', 'race --baseline --json race.json'],
    run: async (words) => (await import('./race/command.ts')).race(words),
  },
  {
    name: 'cases',
    summary: 'hold select, threads and epoll against what is expected of them',
    examples: ['cases', 'cases select --up-to 1000'],
    run: async (words) => (await import('./cases/command.ts')).cases(words),
  },
  {
    name: 'dashboard',
    summary: 'show live what the chapters and loads of this machine do',
    examples: ['dashboard'],
    run: async (words) => (await import('./dashboard/command.ts')).dashboard(words),
  },
  {
    name: 'profile',
    summary: 'run a chapter under load, and draw where its time goes: a flame graph',
    examples: ['profile 09', 'profile 11 --perf --command "BURN 300" -- --burners 10'],
    run: async (words) => (await import('./profile/command.ts')).profile(words),
  },
  {
    name: 'doctor',
    summary: 'say what this machine can do for each chapter, and what to change',
    examples: ['doctor'],
    run: async (words) => (await import('./doctor/command.ts')).doctor(words),
  },
];

const program = toolCommand('lab', 'The tools around the chapters.')
  .usage('<command> [options]')
  .helpCommand(false)
  .enablePositionalOptions()
  .addHelpText('after', () => {
    const examples = tools.flatMap(({ examples }) => examples.map((example) => `  npx lab ${example}`));
    return `\nEach command has --help. Examples:\n${examples.join('\n')}`;
  })
  .action((_options, { args }: Command) => {
    if (args.length === 0) program.outputHelp();
    else program.error(`error: unknown command '${args[0]}'; there is ${tools.map(({ name }) => name).join(', ')}`);
  })
  .allowExcessArguments();

for (const { name, summary, run } of tools) {
  program
    .command(name)
    .summary(summary)
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .passThroughOptions()
    .action(async (_options, { args }: Command) => {
      process.exitCode = await run(args);
    });
}

await program.parseAsync();
