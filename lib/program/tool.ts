/** The command line of a program that is no server: a demonstration, or a tool of the lab. */

import { Command } from 'commander';

/**
 * A command line without options but --help; add the program's own with option(), then call opts(). A mistake in it
 * ends the process with one line and status 2.
 *
 * @param name as in `round-trips`
 * @param summary one line, for --help
 */
export function toolCommand(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .helpOption('--help', 'show this and exit')
    .allowExcessArguments(false)
    .showSuggestionAfterError(false)
    .configureOutput({
      // One line, even when it repeats a word of the user's that holds several.
      outputError: (text, write) =>
        write(
          `${text
            .replace(/^error:/, `${name}:`)
            .trim()
            .replace(/\s*\n\s*/g, ' ')}\n`,
        ),
    })
    .exitOverride((stop) => process.exit(stop.exitCode === 0 ? 0 : 2));
}
