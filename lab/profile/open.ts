/** Shows a page in the system's browser, for a person at a terminal with a display. */

import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** Whether somebody would see it. @param terminal whether standard output is one */
export function hasDisplay(terminal: boolean, environment: NodeJS.ProcessEnv): boolean {
  const { DISPLAY, WAYLAND_DISPLAY, CI } = environment;
  return (
    terminal &&
    CI === undefined &&
    [DISPLAY, WAYLAND_DISPLAY].some((display) => display !== undefined && display !== '')
  );
}

/** Opens a file, where there is a display, and xdg-open. */
export function openInBrowser(path: string): void {
  if (!hasDisplay(process.stdout.isTTY, process.env)) return;
  const child = spawn('xdg-open', [resolve(path)], { stdio: 'ignore', detached: true });
  child.on('error', () => {}); // there is none; the path was printed
  child.unref();
}
