import { createWriteStream } from 'node:fs';
import { PassThrough, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { readText, type TextCompression } from '#core/tables/text/read-text.ts';

/** The begin of a text. */
interface TextHead {
  readonly source: ByteSource;
  readonly compression: TextCompression;
  /** Bytes of the (inflated) text. */
  readonly end: number;
}

const PACKERS: Readonly<Record<TextCompression, () => Transform>> = {
  none: () => new PassThrough(),
  gzip: createGzip,
  zstd: createZstdCompress,
};

async function* headOf({ source, compression, end }: TextHead): AsyncGenerator<Uint8Array> {
  const pieces = readText(source, { compression, maxTextBytes: Number.MAX_SAFE_INTEGER });
  let at = 0;
  for await (const piece of pieces) {
    // A piece is valid until the next one is asked for, which a stream does early.
    yield piece.slice(0, end - at);
    at += piece.length;
    if (at >= end) return;
  }
}

/** Writes the begin of a text into a file, compressed as it was. Holds some blocks of 4 MiB. */
export async function writeTextHead(head: TextHead, path: string): Promise<void> {
  await pipeline(headOf(head), PACKERS[head.compression](), createWriteStream(path));
}
