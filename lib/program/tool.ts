/** The command line that every program has: of a demonstration or a tool all of it, of a server the beginning. */

import { Command, Help } from 'commander';

/**
 * A command line without options but --help; add the program's own with option(), then call opts(). A mistake in it
 * ends the process with one line and status 2.
 *
 * @param name as in `round-trips`
 * @param summary one line, for --help
 */
export function command(name: string, summary: string): Command {
  return (
    new Command(name)
      .description(summary)
      .helpOption('--help', 'show this and exit')
      // What nobody has said is off, and need not be said.
      .configureHelp({
        optionDescription: (option) => new Help().optionDescription(option).replace(/ \(default: false\)$/, ''),
      })
      .allowExcessArguments(false)
      .showSuggestionAfterError(false)
      .configureOutput({ outputError: (text, write) => write(line(text.replace(/^error:/, `${name}:`))) })
      .exitOverride((stop) => process.exit(stop.exitCode === 0 ? 0 : 2))
  );
}

// #region tool
/** The same for a program that is there to print something: when nobody reads that any more, as after `| head`, it ends. */
export function toolCommand(name: string, summary: string): Command {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code === 'EPIPE') process.exit(); // Node has SIGPIPE ignored, which would have seen to that
      process.stderr.write(line(`${name}: ${message}`)); // a full disk, say
      process.exit(1);
    });
  }
  return command(name, summary);
}
// #endregion tool

/** A message as one line, even when it repeats a word of the user's that holds several. */
export function line(message: string): string {
  return `${message.trim().replace(/\s*\n\s*/g, ' ')}\n`;
}
