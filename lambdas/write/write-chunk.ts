import type { S3Client } from '#aws/clients.ts';
import { PartSink } from '#aws/part-sink.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import type { Figures } from '#core/checksum/figures.ts';
import type { ChunkTask } from '#core/contract.ts';
import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import { STORED_AS } from '#core/outputs/compression.ts';
import { defaultColumnNames } from '#core/outputs/csv/column-names.ts';
import { createChunkEncoder } from '#core/outputs/csv/create-chunk-encoder.ts';
import type { Kernel } from '#core/outputs/csv/wasm/kernel.ts';
import { chunkKey } from '#core/run/chunk-name.ts';
import type { ChunkFigures } from '#core/run/ledger-records.ts';
import { generationOf, type RunHeader } from '#core/run/run.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { releaseSlice } from '#core/sparse/release-slice.ts';
import { openSource } from '#lambdas/shared/open-source.ts';

/** What one chunk is written with. */
export interface WriteContext {
  readonly s3: S3Client;
  /** Holds the part buffers; serves one chunk at a time, as a Lambda function does. */
  readonly kernel: Kernel | undefined;
  readonly signal: AbortSignal;
}

/** All of a chunk but its last part has been sent. */
interface Encoded {
  readonly last: Uint8Array;
  /** Of the last part, where the encoder knows it. */
  readonly crc32: number | undefined;
  /** Of the text inside what is compressed. */
  readonly content: Figures | undefined;
  readonly nnz: number;
}

/** Sends what `encoder` yields, and hands it the next free buffer: encoding waits for sending. */
async function drain(
  parts: Generator<Uint8Array, void, Uint8Array>,
  encoder: ChunkEncoder,
  sink: PartSink,
): Promise<void> {
  let step = parts.next(new Uint8Array(0));
  while (step.done !== true) {
    sink.send(step.value, encoder.partCrc32);
    step = parts.next(await sink.buffer());
  }
}

async function encodeInto(
  sink: PartSink,
  { s3, kernel, signal }: WriteContext,
  run: RunHeader,
  task: ChunkTask,
): Promise<Encoded> {
  const { dialect, compression } = run;
  const { dtype, nnz: stored, shape, fillValue } = run.matrix;
  const [rows, columns] = shape;
  const generation = generationOf(run);
  const matrix = await openSource(s3, { ...run, generation }, signal);
  const buffer = await sink.buffer();
  const density = { rows, nnz: stored };
  const options = { dtype, columns, fillValue, dialect, compression, density, buffer };
  const encoder = createChunkEncoder(kernel, options);
  if (dialect.header === 'first-chunk' && task.index === 0) {
    await drain(encoder.header(defaultColumnNames(columns)), encoder, sink);
  }
  let nnz = 0;
  for await (const slice of readSlices(matrix, task)) {
    nnz += slice.nnz;
    await drain(encoder.encode(slice), encoder, sink);
    releaseSlice(slice);
  }
  if (encoder.end !== undefined) await drain(encoder.end(), encoder, sink);
  const last = encoder.finish();
  return { last, crc32: encoder.partCrc32, content: encoder.content, nnz };
}

/**
 * Reads one row range of the source in sub-slices and writes its text create-only.
 *
 * Memory: one sub-slice and the one read ahead of it, and the kernel with its part buffers.
 *
 * @returns the figures of the stored object and of the text inside.
 * @throws {OutputConflictError} another object lies at the chunk's key; it is left as it is.
 */
export async function writeChunk(
  context: WriteContext,
  run: RunHeader,
  task: ChunkTask,
): Promise<ChunkFigures> {
  const { s3, kernel, signal } = context;
  const { contentType } = STORED_AS[run.compression];
  const target = { bucket: run.output.bucket, key: chunkKey(run, task.index), contentType };
  const sink = new PartSink(s3, target, { signal, buffers: kernel?.buffers });
  try {
    const { last, nnz, ...facts } = await encodeInto(sink, context, run, task);
    const { bytes, etag, sent } = await sink.finish(last, facts);
    const text = facts.content ?? sent;
    return { bytes, contentBytes: text.bytes, crc32: crc32Hex(text.crc32), etag, nnz };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
