import type { SentObject } from '#aws/part-sink.ts';
import { figuresOf } from '#aws/request-counter.ts';
import { type SharedUpload, sendPart } from '#aws/single-upload.ts';
import type { StreamedBody } from '#aws/streamed-body.ts';
import { BoundExceededError } from '#core/errors.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { assertPartBytes, PART_BYTES } from '#core/outputs/part-bytes.ts';
import type { RunUpload } from '#core/run/run-fields.ts';
import { type ChunkToWrite, openEncoding, type WriteContext } from './chunk-encoding.ts';
import { type SentChunk, streamText } from './stream-text.ts';

/** Sends a chunk as its part of an upload. */
class PartOfUpload {
  readonly #context: WriteContext;
  readonly #upload: SharedUpload;
  readonly #number: number;
  readonly #isLast: boolean;

  constructor(context: WriteContext, { run, chunk, key }: ChunkToWrite, { id }: RunUpload) {
    const at = chunk.index - run.base.chunks;
    this.#context = context;
    this.#upload = { bucket: run.location.bucket, key, id };
    this.#number = at + 1;
    this.#isLast = this.#number === run.chunks;
  }

  /** Whether it may be shorter than the others. */
  get isLast(): boolean {
    return this.#isLast;
  }

  async finish(
    body: Uint8Array | StreamedBody,
    { crc32: crc }: { readonly crc32: number },
  ): Promise<SentObject> {
    const { s3, signal } = this.#context;
    const bytes = body.length;
    assertPartBytes({ number: this.#number, bytes, isLast: this.#isLast });
    const part = { number: this.#number, body, bytes, crc32: crc };
    return await sendPart(s3, this.#upload, part, signal);
  }

  /** A chunk is one part. */
  async stream(body: StreamedBody): Promise<never> {
    throw new BoundExceededError(`part ${this.#number} has more than ${body.length} bytes`);
  }
}

/**
 * Encodes one row range of the source and sends it as its part of the object that all chunks
 * become.
 *
 * A chunk that fits into one part buffer is sent from there, and lengthened where S3 would find it
 * too short. Others are encoded twice: first to know their length and CRC-32, then to stream them.
 *
 * Memory: as that of `writeChunk`.
 *
 * @throws {UploadLostError} S3 no longer has the upload.
 */
export async function writePart(
  context: WriteContext,
  at: ChunkToWrite,
  upload: RunUpload,
): Promise<SentChunk> {
  const { room } = context;
  const part = new PartOfUpload(context, at, upload);
  const buffer = room.buffers?.[0] ?? new Uint8Array(PART_BYTES);
  const encode = await openEncoding(context, at);
  const parts = encode(buffer);
  const step = await parts.next(buffer);
  if (step.done !== true) {
    return await streamText({ first: step.value, rest: parts, encode, buffer }, part);
  }
  const encoded = step.value;
  const { bytes, crc32: known } = encoded.last;
  const { lengthen } = matrixOutputOf(at.run.output).part ?? {};
  const body = part.isLast ? bytes : (lengthen?.(bytes) ?? bytes);
  const crc = body === bytes ? known : undefined;
  return { encoded, stored: await part.finish(body, { crc32: crc ?? figuresOf(body).crc32 }) };
}
