/** Values as text. */

import { bytes, count, short, time } from '../../load/numbers.ts';
import type { Unit } from '../panels.ts';

/** A value to be read. */
export function valueText(value: number, unit: Unit): string {
  if (unit === 'microseconds') return time(value);
  if (unit === 'bytes') return bytes(value);
  if (unit === 'per cent') return `${value.toFixed(0)}%`;
  return value > 0 && value < 10 && !Number.isInteger(value) ? value.toFixed(1) : count(value);
}

/** A value at an axis: short. */
export function axisText(value: number, unit: Unit): string {
  if (unit === 'per cent') return `${value}%`;
  if (unit === 'bytes') return value === 0 ? '0' : short(bytes(value));
  if (unit === 'microseconds') return /^[1-9]0*$/.test(`${value}`) ? short(time(value)) : '';
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1e4 ? `${value / 1e3}k` : `${value}`;
}
