import type { S3Client } from '#aws/clients.ts';
import { PartSink } from '#aws/part-sink.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { encodeChunk } from '#core/chunks/encode-chunk.ts';
import type { EncodedChunk, EncodedPart, EncodedParts } from '#core/chunks/encoded-chunk.ts';
import type { EncoderRoom } from '#core/outputs/encoder-room.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { ChunkFigures } from '#core/run/ledger-records.ts';
import type { MatrixRun } from '#core/run/matrix-run.ts';
import type { RowChunk } from '#core/run/planned-chunk.ts';
import { openPlannedSource } from '#lambdas/shared/open-planned-source.ts';
import { openPlannedNames } from './planned-names.ts';
import { type SentChunk, streamText } from './stream-text.ts';

/** What one chunk is written with. */
export interface WriteContext {
  readonly s3: S3Client;
  /** Holds the part buffers; serves one chunk at a time, as a Lambda function does. */
  readonly room: EncoderRoom;
  readonly signal: AbortSignal;
}

/** A chunk of a matrix, its run, and the key of its object. */
interface ChunkToWrite {
  readonly run: MatrixRun;
  readonly chunk: RowChunk;
  readonly key: string;
}

/** Sends the first part and all but the last. Encoding waits for the next free buffer. */
async function sendParts(
  first: EncodedPart,
  parts: EncodedParts,
  sink: PartSink,
): Promise<EncodedChunk> {
  sink.send(first.bytes, first.crc32);
  for (;;) {
    const step = await parts.next(await sink.buffer());
    if (step.done === true) return step.value;
    sink.send(step.value.bytes, step.value.crc32);
  }
}

async function sendLast(encoded: EncodedChunk, sink: PartSink): Promise<SentChunk> {
  const { last, content } = encoded;
  const stored = await sink.finish(last.bytes, { crc32: last.crc32, content });
  return { encoded, stored };
}

/** What the ledger records. */
function figuresOf({ encoded, stored }: SentChunk): ChunkFigures {
  const { content, recordCount, counts } = encoded;
  const { bytes, etag, sent } = stored;
  const inside = content ?? sent;
  const crc32 = crc32Hex(inside.crc32);
  return { bytes, contentBytes: inside.bytes, crc32, etag, recordCount, counts };
}

/**
 * Reads one row range of the source slice by slice and writes its content create-only.
 *
 * A chunk that fits into one part buffer is sent from there. Text that does not is encoded twice:
 * first to know its length and CRC-32, then to stream it as one request. Compressed chunks are sent
 * in parts, because they are small and take longer to encode than to send.
 * @see docs/decisions/0013-one-request-per-chunk.md
 *
 * Memory: one slice of the source and the one read ahead of it, and the part buffers.
 *
 * @returns the figures of the stored object and of the content inside.
 * @throws {OutputConflictError} another object lies at the chunk's key; it is left as it is.
 */
export async function writeChunk(
  { s3, room, signal }: WriteContext,
  { run, chunk, key }: ChunkToWrite,
): Promise<ChunkFigures> {
  const { output } = run;
  const { contentType, isCompressed } = matrixOutputOf(output);
  const target = { bucket: run.location.bucket, key, contentType };
  const sink = new PartSink(s3, target, { signal, buffers: room.buffers });
  try {
    const first = await sink.buffer();
    const source = await openPlannedSource(s3, run, signal);
    const placed = { ...chunk, rowsBefore: run.base.rows };
    const columnNames = await openPlannedNames(s3, run, chunk.index, signal);
    const encode = (buffer: Uint8Array) =>
      encodeChunk(source, placed, { output, room, buffer, columnNames });
    const parts = encode(first);
    const step = await parts.next(first);
    if (step.done === true) return figuresOf(await sendLast(step.value, sink));
    if (isCompressed) {
      return figuresOf(await sendLast(await sendParts(step.value, parts, sink), sink));
    }
    const begun = { first: step.value, rest: parts, encode, buffer: first };
    return figuresOf(await streamText(begun, sink));
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
