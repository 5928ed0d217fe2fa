import type { S3Client } from '#aws/clients.ts';
import { PartSink } from '#aws/part-sink.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { encodeChunk } from '#core/chunks/encode-chunk.ts';
import type { EncodedChunk, EncodedParts } from '#core/chunks/encoded-chunk.ts';
import type { EncoderRoom } from '#core/outputs/encoder-room.ts';
import { outputOf } from '#core/outputs/output-kinds.ts';
import { chunkKey } from '#core/run/chunk-name.ts';
import type { ChunkFigures } from '#core/run/ledger-records.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import { openPlannedSource } from '#lambdas/shared/open-planned-source.ts';
import { openPlannedNames } from './planned-names.ts';

/** What one chunk is written with. */
export interface WriteContext {
  readonly s3: S3Client;
  /** Holds the part buffers; serves one chunk at a time, as a Lambda function does. */
  readonly room: EncoderRoom;
  readonly signal: AbortSignal;
}

/** Sends all parts but the last. Encoding waits for the next free buffer. */
async function sendParts(parts: EncodedParts, sink: PartSink): Promise<EncodedChunk> {
  let step = await parts.next(new Uint8Array(0));
  while (step.done !== true) {
    sink.send(step.value.bytes, step.value.crc32);
    step = await parts.next(await sink.buffer());
  }
  return step.value;
}

/**
 * Reads one row range of the source slice by slice and writes its content create-only.
 *
 * Memory: one slice of the source and the one read ahead of it, and the part buffers.
 *
 * @returns the figures of the stored object and of the content inside.
 * @throws {OutputConflictError} another object lies at the chunk's key; it is left as it is.
 */
export async function writeChunk(
  { s3, room, signal }: WriteContext,
  run: RunHeader,
  chunk: PlannedChunk,
): Promise<ChunkFigures> {
  const { output } = run;
  const { contentType } = outputOf(output);
  const target = { bucket: run.location.bucket, key: chunkKey(run, chunk.index), contentType };
  const sink = new PartSink(s3, target, { signal, buffers: room.buffers });
  try {
    const buffer = await sink.buffer();
    const source = await openPlannedSource(s3, run, signal);
    const placed = { ...chunk, rowsBefore: run.base.rows };
    const columnNames = await openPlannedNames(s3, run, chunk.index, signal);
    const parts = encodeChunk(source, placed, { output, room, buffer, columnNames });
    const { last, content, recordCount, counts } = await sendParts(parts, sink);
    const { bytes, etag, sent } = await sink.finish(last.bytes, { crc32: last.crc32, content });
    const inside = content ?? sent;
    const crc32 = crc32Hex(inside.crc32);
    return { bytes, contentBytes: inside.bytes, crc32, etag, recordCount, counts };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
