import { crc32 } from 'node:zlib';
import type { Figures } from '#core/checksum/figures.ts';

/** Length and CRC-32 of bytes in memory. */
export function figuresOf(bytes: Uint8Array): Figures {
  return { bytes: bytes.length, crc32: crc32(bytes) };
}

/**
 * Length and CRC-32 of the bytes of each request, when content is cut into requests of at most
 * `mostBytes`.
 */
export class RequestCounter {
  readonly requests: Figures[] = [];
  readonly #mostBytes: number;
  #bytes = 0;
  #crc32 = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  add(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0; ) {
      const fitting = rest.subarray(0, this.#mostBytes - this.#bytes);
      this.#bytes += fitting.length;
      this.#crc32 = crc32(fitting, this.#crc32);
      if (this.#bytes === this.#mostBytes) this.close();
      rest = rest.subarray(fitting.length);
    }
  }

  close(): void {
    if (this.#bytes === 0) return;
    this.requests.push({ bytes: this.#bytes, crc32: this.#crc32 });
    this.#bytes = 0;
    this.#crc32 = 0;
  }
}
