import type { ClientRequest } from 'node:http';
import { Readable } from 'node:stream';

/** Bytes of a piece: much less than a part, much more than a TLS record of 16 KiB. */
export const PIECE_BYTES = 128 * 1024;

/**
 * How long a body waits for `100 Continue`. A server that never says it gets the body all the same.
 */
const CONTINUE_MILLISECONDS = 1_000;

/** Cuts bytes into pieces without copying them. */
export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

/**
 * A stream that is sent only when the server has asked for it. A refusal such as 503 Slow Down then
 * comes before the first byte, and nothing is made for it.
 */
class AwaitedStream extends Readable {
  readonly #pieces: AsyncIterator<Uint8Array>;

  constructor(pieces: AsyncIterator<Uint8Array>) {
    super();
    this.#pieces = pieces;
  }

  override _read(): void {
    this.#pieces.next().then(
      ({ done, value }) => this.push(done === true ? null : value),
      (error: Error) => this.destroy(error),
    );
  }

  /** The SDK's handler calls this at once, with the request that it has begun. */
  override pipe<Destination extends NodeJS.WritableStream>(destination: Destination): Destination {
    const request = destination as NodeJS.WritableStream as ClientRequest;
    const send = () => {
      clearTimeout(waiting);
      request.off('continue', send).off('response', refuse);
      super.pipe(request);
    };
    const refuse = (response: Readable) => {
      clearTimeout(waiting);
      request.off('continue', send);
      // The connection still waits for a body, so no other request can use it.
      response.once('close', () => request.destroy());
    };
    const waiting = setTimeout(send, CONTINUE_MILLISECONDS);
    request.once('continue', send).once('response', refuse);
    request.once('close', () => clearTimeout(waiting));
    // Otherwise the request would wait for the rest.
    this.once('error', (error) => request.destroy(error));
    return destination;
  }
}

/**
 * A request body that is made while it is sent, and made again each time its request is repeated.
 *
 * Memory: what its maker holds. Pieces may lie in a ring of buffers: before the next piece is asked
 * for, all but the last two have been sent.
 */
export class StreamedBody {
  /** Bytes, the same each time. */
  readonly length: number;
  readonly #make: () => AsyncGenerator<Uint8Array>;
  #pieces: AsyncGenerator<Uint8Array> | undefined;

  constructor(length: number, make: () => AsyncGenerator<Uint8Array>) {
    this.length = length;
    this.#make = make;
  }

  /** Begins again from the first byte. */
  async open(): Promise<Readable> {
    await this.close();
    this.#pieces = this.#make();
    return new AwaitedStream(this.#pieces);
  }

  /** Ends what the last request did not take. Never throws. */
  async close(): Promise<void> {
    await this.#pieces?.return(undefined).catch(() => undefined);
    this.#pieces = undefined;
  }
}
