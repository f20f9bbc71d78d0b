/** Those that take longest begin first, or the last of them would run alone in the end. */
const LONGEST = [
  'hostile',
  'reader',
  'traits',
  'command-line',
  'conformance',
  'autocannon',
  'signals',
  'program',
  'launch',
];

function rank(file) {
  const place = LONGEST.findIndex((name) => file.includes(`/${name}`));
  return place < 0 ? LONGEST.length : place;
}

/** Tests stand beside what they test; TypeScript is read by their own loader, in little time. */

// The checks of the exercises fail until somebody has solved them. They run when they are named (`npx ava
// exercises/05-respawn`), and not with everything else: that they tell right from wrong is what `npx lab verify` sees to.
const named = process.argv.slice(2).some((word) => /^(\.\/)?exercises(\/|$)/.test(word));

export default {
  files: [
    '{lib,chapters,lab,site,exercises}/**/*.test.ts',
    ...(named ? ['exercises/*/check.ts'] : []),
    '!**/node_modules/**',
  ],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=./lib/testing/typescript.mjs'],
  // Processes, not threads: tests send signals, and a crash in native code ends one file only.
  workerThreads: false,
  concurrency: 2,
  sortTestFiles: (one, other) => rank(one) - rank(other) || (one < other ? -1 : 1),
  timeout: '2m',
};
