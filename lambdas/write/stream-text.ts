import { REQUEST_BYTES, type SentObject } from '#aws/part-sink.ts';
import { RequestCounter } from '#aws/request-counter.ts';
import { piecesOf, StreamedBody } from '#aws/streamed-body.ts';
import type { EncodedChunk, EncodedPart, EncodedParts } from '#core/chunks/encoded-chunk.ts';

/** A chunk whose first part buffer is full. */
export interface BegunChunk {
  readonly first: EncodedPart;
  /** Gives what comes after it. */
  readonly rest: EncodedParts;
  /** Encodes the chunk once more from its start, with this first buffer. */
  readonly encode: (buffer: Uint8Array) => EncodedParts;
  /** The part buffer, whose content is no longer needed. */
  readonly buffer: Uint8Array;
}

/** Where a chunk goes, in requests one after the other. */
interface TextSink {
  stream(part: StreamedBody, crc: number): Promise<void>;
  finish(last: StreamedBody, facts: { readonly crc32: number }): Promise<SentObject>;
}

/** A chunk as it was sent. */
export interface SentChunk {
  readonly encoded: EncodedChunk;
  readonly stored: SentObject;
}

/** Text is made in small buffers, which stay in the processor's cache … */
const TEXT_BYTES = 1024 * 1024;

/** … and in turn: when one is filled again, three others have been sent after it. */
const TEXT_BUFFERS = 4;

/** Half-open range of bytes of a chunk: `start <= byte < end`. */
interface Span {
  readonly start: number;
  readonly end: number;
}

function textBuffer(buffer: Uint8Array, turn: number): Uint8Array {
  const at = (turn % TEXT_BUFFERS) * TEXT_BYTES;
  return buffer.subarray(at, at + TEXT_BYTES);
}

async function count({ first, rest, buffer }: BegunChunk, counter: RequestCounter) {
  counter.add(first.bytes);
  for (;;) {
    const step = await rest.next(textBuffer(buffer, 0));
    counter.add(step.done === true ? step.value.last.bytes : step.value.bytes);
    if (step.done !== true) continue;
    counter.close();
    return step.value;
  }
}

/** Yields a span of the chunk's bytes in pieces, which lie in the text buffers. */
async function* spanOf({ encode, buffer }: BegunChunk, span: Span): AsyncGenerator<Uint8Array> {
  const parts = encode(textBuffer(buffer, 0));
  try {
    let at = 0;
    for (let turn = 0; at < span.end; turn += 1) {
      const step = await parts.next(textBuffer(buffer, turn));
      const { bytes } = step.done === true ? step.value.last : step.value;
      yield* piecesOf(bytes.subarray(Math.max(span.start - at, 0), span.end - at));
      at += bytes.length;
      if (step.done === true) return;
    }
  } finally {
    await parts.return(undefined as never);
  }
}

/**
 * Sends a chunk of text that is larger than a part buffer as one request, or as few as S3 allows.
 * It is encoded once more to know length and CRC-32 before, and again where a request is repeated.
 *
 * Memory: the part buffer.
 *
 * @param mostBytes of one request.
 */
export async function streamText(
  chunk: BegunChunk,
  sink: TextSink,
  mostBytes = REQUEST_BYTES,
): Promise<SentChunk> {
  const counter = new RequestCounter(mostBytes);
  const encoded = await count(chunk, counter);
  let start = 0;
  for (const [position, { bytes, crc32 }] of counter.requests.entries()) {
    const span = { start, end: start + bytes };
    const body = new StreamedBody(bytes, () => spanOf(chunk, span));
    try {
      if (position === counter.requests.length - 1) {
        return { encoded, stored: await sink.finish(body, { crc32 }) };
      }
      await sink.stream(body, crc32);
    } finally {
      await body.close();
    }
    start = span.end;
  }
  throw new Error('a chunk with a full part buffer has no bytes');
}
