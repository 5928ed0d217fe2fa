import { createInterface } from 'node:readline';
import { withSource } from '#cli/sources/with-source.ts';
import { encodeChunk } from '#core/chunks/encode-chunk.ts';
import { planChunks } from '#core/chunks/plan-chunks.ts';
import type { Compression } from '#core/outputs/compression.ts';
import { openEncoderRoom } from '#core/outputs/encoder-room.ts';
import type { OpenedSource } from '#core/sources/open-source.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { chunkingOf } from './cases.ts';

/**
 * Encodes every so-manieth chunk of a matrix and throws it away, once for each line that it reads;
 * answers each with `done`. So many of these processes show what all cores encode.
 */
const PIECE_BYTES = 1024 * 1024;

const [compression, share, shares, ...locations] = process.argv.slice(2) as [
  Compression,
  ...[string, string],
  ...string[],
];

const room = openEncoderRoom({ count: 1, bytes: PIECE_BYTES });
const buffer = room.buffers?.[0] ?? new Uint8Array(PIECE_BYTES);
const output = { ...PLAIN_CSV, compression };
const chunking = chunkingOf({ times: locations.length });

async function encodeShare(source: OpenedSource): Promise<void> {
  for await (const chunk of planChunks(source, { output, chunking })) {
    if (chunk.index % Number(shares) !== Number(share)) continue;
    const parts = encodeChunk(source, chunk, { output, room, buffer });
    while ((await parts.next(buffer)).done !== true);
  }
}

const asked = { locations, options: {} };
await withSource(asked, new AbortController().signal, async ({ source }) => {
  await encodeShare(source);
  console.log('ready');
  for await (const _ of createInterface({ input: process.stdin })) {
    await encodeShare(source);
    console.log('done');
  }
});
