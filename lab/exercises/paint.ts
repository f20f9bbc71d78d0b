/** Colour, on a terminal and nowhere else. What is printed says the same without it. */

import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Whether whoever reads this wants colour: a terminal that can show it, and no NO_COLOR (https://no-color.org). */
export const colourful = process.stdout.isTTY === true && process.stdout.hasColors();

/** A text in a style, where there is colour. */
export function paint(style: Style, text: string): string {
  return colourful ? styleText(style, text) : text;
}
