import { CorruptSourceError } from '#core/errors.ts';
import { assertRatio } from './gzip-ratio.ts';
import type { DeflatedSize } from './seek-index.ts';

/** A deflated stream, as its container describes it. */
export interface DeflatedStream extends DeflatedSize {
  /** Name of the stream in messages. */
  readonly where: string;
  /** CRC-32 of the inflated bytes. */
  readonly crc32: number;
}

/** A gzip file of any number of members, which says only in between how long they are. */
export interface GzipStream extends Pick<DeflatedStream, 'where' | 'compressedBytes'> {
  readonly container: 'gzip';
}

export type IndexedStream = DeflatedStream | GzipStream;

/** Most inflated bytes per deflated byte: two bits of deflate can stand for 258 bytes. */
const MAX_RATIO = 1032;

/** @throws {CorruptSourceError} always. */
export function refuse({ where }: IndexedStream, what: string): never {
  throw new CorruptSourceError(`${where} ${what}; copy or save the file again`);
}

/** True if a stream is a gzip file. */
export function isGzip(stream: IndexedStream): stream is GzipStream {
  return 'container' in stream;
}

/** Refuses sizes that no stream can have, before any of it is read. */
export function assertPossible(stream: IndexedStream): void {
  if (isGzip(stream)) return;
  const { bytes, compressedBytes } = stream;
  if (bytes <= compressedBytes * MAX_RATIO) return;
  refuse(stream, `claims ${bytes} bytes in ${compressedBytes} compressed, which hold fewer`);
}

/** Refuses a stream that is longer than it may be, as soon as it is. */
export function assertLength(stream: IndexedStream, offset: number): void {
  if (isGzip(stream)) {
    assertRatio({ uri: stream.where, size: stream.compressedBytes }, offset);
  } else if (offset > stream.bytes) {
    refuse(stream, `holds more than the ${stream.bytes} bytes it claims`);
  }
}
