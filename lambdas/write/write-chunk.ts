import { PartSink } from '#aws/part-sink.ts';
import type { EncodedChunk, EncodedPart, EncodedParts } from '#core/chunks/encoded-chunk.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { type ChunkToWrite, openEncoding, type WriteContext } from './chunk-encoding.ts';
import { type SentChunk, streamText } from './stream-text.ts';

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
 * @returns the stored object, and what was encoded.
 * @throws {OutputConflictError} another object lies at the chunk's key; it is left as it is.
 */
export async function writeChunk(context: WriteContext, at: ChunkToWrite): Promise<SentChunk> {
  const { s3, room, signal } = context;
  const { run, key } = at;
  const { contentType, isCompressed } = matrixOutputOf(run.output);
  const target = { bucket: run.location.bucket, key, contentType };
  const sink = new PartSink(s3, target, { signal, buffers: room.buffers });
  try {
    const first = await sink.buffer();
    const encode = await openEncoding(context, at);
    const parts = encode(first);
    const step = await parts.next(first);
    if (step.done === true) return await sendLast(step.value, sink);
    if (isCompressed) return await sendLast(await sendParts(step.value, parts, sink), sink);
    return await streamText({ first: step.value, rest: parts, encode, buffer: first }, sink);
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
