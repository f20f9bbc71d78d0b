/** Tests stand beside what they test; TypeScript is read through tsx, as the chapters are. */
export default {
  files: ['{lib,chapters,lab,site,exercises}/**/*.test.ts', '!**/node_modules/**'],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=tsx'],
  // Processes, not threads: tests send signals, and a crash in native code ends one file only.
  workerThreads: false,
  concurrency: 2,
  timeout: '2m',
};
