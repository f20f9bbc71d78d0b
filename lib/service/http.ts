/** The HTTP face: where a request ends, what it asks for, and what stands before the body of an answer. */
import type { Output } from './output.ts';
export const MAX_HEAD = 8192;
export class HttpRequest {
  status = 200;
  reason = '';
  last = false;
  headOnly = false;
  path: Buffer = Buffer.alloc(0);
  pathEnd = 0;
}
export function isHttp(_b: Buffer, _s: number, _e: number, _complete: boolean): boolean {
  return false;
}
export function findHead(_b: Buffer, _s: number, _e: number): number {
  return -1;
}
export function parseRequest(_b: Buffer, _s: number, _e: number, _r: HttpRequest): void {}
export function putHead(_o: Output, _r: HttpRequest, _n: number): void {}
