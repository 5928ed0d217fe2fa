/**
 * Gives back the memory of bytes that nobody needs any more, unless other bytes share it.
 *
 * V8 counts what lies outside its heap as if it were inside, and marks the whole heap after every
 * few MB of it to find out that they are garbage: more than half of the time of a GET, whose body
 * comes in pieces of 16 KiB.
 */
export function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
