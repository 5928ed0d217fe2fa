import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';

/** Where the bytes of a body go. */
export interface BodySink {
  /** Copies the next bytes, also if it is busy. Their memory is freed afterwards. */
  add(bytes: Uint8Array): void;
  /** Ends when the sink can take more; undefined if it can at once. */
  busy(): Promise<void> | undefined;
}

/** The bytes of a body, which can be had once. */
export interface BodySource {
  /** Hands all bytes to the sink, at the sink's pace. Throws the error of either. */
  pass(sink: BodySink): Promise<void>;
}

/**
 * A step of a body on its way to the sink. Steps call each other: a promise for each of the records
 * of 16 KiB that TLS brings would cost more than to decrypt it.
 */
export interface BodyStep {
  /**
   * Hands the next bytes on; a step that keeps some copies them. Throws when they are not what they
   * should be.
   */
  take(bytes: Buffer): void;
  /** Called behind the last byte. Throws when bytes are missing. */
  end(): void;
}

/** Bytes that come in chunks. */
export function chunkSource(chunks: AsyncIterable<Uint8Array>): BodySource {
  return {
    pass: async (sink) => {
      for await (const chunk of chunks) {
        sink.add(chunk);
        await sink.busy();
      }
    },
  };
}

/**
 * The body of a request, by way of steps. The request stays open also after an error: its answer
 * needs the connection.
 */
export function messageSource(
  message: IncomingMessage,
  stepsTo: (last: BodyStep) => BodyStep,
): BodySource {
  return {
    pass: async (sink) => {
      const first = stepsTo({ take: (bytes) => sink.add(bytes), end: () => {} });
      await passMessage(message, first, () => sink.busy());
      first.end();
    },
  };
}

/**
 * Frees the memory of bytes that nobody reads any more. The collector would do so much later, and
 * read its whole heap each time that 64 MB have come together.
 */
function freeMemory({ buffer, byteLength }: Buffer): void {
  // Small buffers share their memory.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

async function passMessage(
  message: IncomingMessage,
  first: BodyStep,
  busy: BodySink['busy'],
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const take = (bytes: Buffer) => {
    try {
      first.take(bytes);
      freeMemory(bytes);
      const waiting = busy();
      if (waiting === undefined) return;
      message.pause();
      waiting.then(() => message.resume(), reject);
    } catch (error) {
      message.off('data', take);
      reject(error);
    }
  };
  const forget = finished(message, { writable: false }, (error) =>
    error ? reject(error) : resolve(),
  );
  message.on('data', take);
  try {
    await promise;
  } finally {
    forget();
    message.off('data', take);
    message.pause();
  }
}
