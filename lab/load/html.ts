export function html(..._: unknown[]): string {
  return '';
}
