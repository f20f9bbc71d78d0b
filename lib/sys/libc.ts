/** The C library, reached through koffi: one declaration for each function, made once. */

import koffi from 'koffi';

const library = koffi.load(null);

/** C types that the bindings here need; pointers are passed as plain numbers, see memory.ts. */
export type CType = 'int' | 'long' | 'size_t' | 'pointer';

// Numbers for pointers spare koffi the look into a Buffer (lab/bench/pointers.ts). Addresses stay below 2^53.
const KOFFI_TYPE: Record<CType, string> = { int: 'int', long: 'long', size_t: 'size_t', pointer: 'uintptr_t' };

/**
 * Declares a function of the C library. Parsing a declaration is slow: call this when a module loads, never in a loop.
 *
 * @param name its name, as in `epoll_wait`
 * @param returns the type of its result
 * @param takes the types of its parameters
 * @returns a function from numbers to a number; -1 stands for failure, and `result()` turns it into an errno
 */
export function libc(name: string, returns: CType, takes: CType[]): (...args: number[]) => number {
  return library.func(
    name,
    KOFFI_TYPE[returns],
    takes.map((type) => KOFFI_TYPE[type]),
  );
}

const dlsym = library.func('dlsym', 'uintptr_t', ['uintptr_t', 'str']);

/**
 * The address of a function of the C library, for the kernel to call; dlsym(3).
 *
 * @param name its name, as in `eventfd_write`
 * @throws Error when there is none of that name
 */
export function addressOf(name: string): number {
  const address = Number(dlsym(0, name));
  if (address === 0) throw new Error(`the C library has no function ${name}`);
  return address;
}

/**
 * Turns the C library's convention (-1, and errno elsewhere) into the kernel's: the result, or the negative errno.
 * It must follow its call at once, before anything else can set errno.
 */
export function result(returned: number): number {
  return returned < 0 ? -koffi.errno() : returned;
}
