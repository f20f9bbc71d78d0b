/** Numbers as people like to read them. */

/** 1234567.8 as 1,234,568. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** A span in the unit that fits it, to three digits: 85 µs, 1.23 ms, 12.0 s. @param microseconds not negative */
export function time(microseconds: number): string {
  if (microseconds < 1000) return `${digits(microseconds)} µs`;
  if (microseconds < 1e6) return `${digits(microseconds / 1e3)} ms`;
  return `${digits(microseconds / 1e6)} s`;
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A number with its unit, without the zeros that only say how exact it is, for an axis: 10.0 ms as 10 ms, 1.50 kB as 1.5 kB. */
export function short(text: string): string {
  return text.replace(/\.0+(?= )/, '').replace(/(\.\d*?)0+(?= )/, '$1');
}

/** A number of bytes in the unit that fits it: 512 B, 4.10 kB, 12.3 MB. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = value < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return power === 0 ? `${Math.round(value)} B` : `${digits(value / 1000 ** power)} ${units[power]}`;
}

/** One thing, or so many things: 1 process, 6 processes. */
export function many(number: number, one: string, more = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : more}`;
}
