import type { S3Client } from '#aws/clients.ts';
import { PartSink } from '#aws/part-sink.ts';
import { s3Source } from '#aws/s3-source.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { chunkKey } from '#core/chunking/chunk-name.ts';
import type { ChunkTask } from '#core/contract.ts';
import { defaultColumnNames } from '#core/encode/column-names.ts';
import { createCsvEncoder } from '#core/encode/csv-encoder.ts';
import type { ChunkFigures } from '#core/ledger.ts';
import type { RunHeader } from '#core/run.ts';
import { readSlices } from '#core/sparse/read-slices.ts';

/** Sends what an encoder yields, and hands it the next free buffer: encoding waits for sending. */
async function drain(
  parts: Generator<Uint8Array, void, Uint8Array>,
  sink: PartSink,
): Promise<void> {
  let step = parts.next(new Uint8Array(0));
  while (step.done !== true) {
    sink.send(step.value);
    step = parts.next(await sink.buffer());
  }
}

async function encodeInto(
  sink: PartSink,
  s3: S3Client,
  run: RunHeader,
  task: ChunkTask,
  signal: AbortSignal,
): Promise<{ last: Uint8Array; nnz: number }> {
  const { layout, dialect } = run;
  const [, columns] = layout.shape;
  const buffer = await sink.buffer();
  const encoder = createCsvEncoder({ dtype: layout.dtype, columns, dialect, buffer });
  if (dialect.header === 'first-chunk' && task.index === 0) {
    await drain(encoder.header(defaultColumnNames(columns)), sink);
  }
  let nnz = 0;
  for await (const slice of readSlices(s3Source(s3, run.source, signal), layout, task)) {
    nnz += slice.nnz;
    await drain(encoder.encode(slice), sink);
  }
  return { last: encoder.finish(), nnz };
}

/**
 * Reads one row range of the source in sub-slices and writes its text create-only.
 *
 * Memory: one sub-slice and the one read ahead of it, and the three part buffers of the sink.
 *
 * @returns the figures of the stored object.
 * @throws {OutputConflictError} another object lies at the chunk's key; it is left as it is.
 */
export async function writeChunk(
  s3: S3Client,
  run: RunHeader,
  task: ChunkTask,
  signal: AbortSignal,
): Promise<ChunkFigures> {
  const { bucket, prefix } = run.output;
  const target = { bucket, key: chunkKey(prefix, task.index), contentType: 'text/csv' };
  const sink = new PartSink(s3, target, signal);
  try {
    const { last, nnz } = await encodeInto(sink, s3, run, task, signal);
    const stored = await sink.finish(last);
    const crc32 = crc32Hex(stored.crc32);
    return { bytes: stored.bytes, contentBytes: stored.bytes, crc32, etag: stored.etag, nnz };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
