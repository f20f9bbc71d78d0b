/** Tests stand beside what they test; TypeScript is read by their own loader, in little time. */
export default {
  files: ['{lib,chapters,lab,site,exercises}/**/*.test.ts', '!**/node_modules/**'],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=./lib/testing/typescript.mjs'],
  // Processes, not threads: tests send signals, and a crash in native code ends one file only.
  workerThreads: false,
  concurrency: 2,
  timeout: '2m',
};
