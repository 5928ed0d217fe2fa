import { createHash, type Hash } from 'node:crypto';
import type { BodyStep } from './body-source.ts';
import { invalidRequest, S3Error } from './errors.ts';
import type { ChunkSigner } from './signature.ts';

/** How a body is framed by the `aws-chunked` content encoding. */
export interface Framing {
  /** Set when each chunk is signed. */
  readonly signer: ChunkSigner | undefined;
  /** Called with the trailers, by lower-case name, once the end of the frame has been read. */
  readonly onTrailers: (trailers: Readonly<Record<string, string>>) => void;
}

const MAX_LINE_BYTES = 16 * 1024;
const NO_BYTES: Buffer = Buffer.alloc(0);
const EMPTY_SHA256 = createHash('sha256').digest('hex');

function incomplete(): S3Error {
  return new S3Error(
    'IncompleteBody',
    'The request body terminated unexpectedly, before the aws-chunked encoding was complete',
  );
}

function parseChunkHeader(line: string): { size: number; signature: string | undefined } {
  const [, hex, signature] =
    /^([0-9a-fA-F]{1,13})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line) ?? [];
  if (hex === undefined) throw invalidRequest('The chunk header is not valid');
  return { size: Number.parseInt(hex, 16), signature };
}

function signatureMismatch(): S3Error {
  return new S3Error(
    'SignatureDoesNotMatch',
    'The signature of a chunk does not match the one we calculated. Check your key and signing method.',
  );
}

/** Checks the signature of a chunk, which continues the one before, and gives it. */
function verifyChunk(
  signer: ChunkSigner,
  previous: string,
  chunk: { readonly sha256: string; readonly signature: string | undefined },
): string {
  const hashes = [EMPTY_SHA256, chunk.sha256];
  const computed = signer.sign('AWS4-HMAC-SHA256-PAYLOAD', previous, hashes);
  if (computed !== chunk.signature) throw signatureMismatch();
  return computed;
}

/** Reads the lines behind the last chunk. */
class Trailers {
  readonly #signer: ChunkSigner | undefined;
  readonly #previous: string;
  readonly #values: Record<string, string> = {};
  #signed = '';

  /** @param previous signature of the last chunk. */
  constructor(signer: ChunkSigner | undefined, previous: string) {
    this.#signer = signer;
    this.#previous = previous;
  }

  add(line: string): void {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (this.#signer !== undefined && name === 'x-amz-trailer-signature') {
      const hash = createHash('sha256').update(this.#signed).digest('hex');
      const computed = this.#signer.sign('AWS4-HMAC-SHA256-TRAILER', this.#previous, [hash]);
      if (computed !== value) throw signatureMismatch();
      this.#signed = '';
      return;
    }
    this.#values[name] = value;
    this.#signed += `${name}:${value}\n`;
  }

  /** @throws {S3Error} they should be signed and are not. */
  end(): Record<string, string> {
    if (this.#signer !== undefined && this.#signed !== '') throw signatureMismatch();
    return this.#values;
  }
}

/** What comes next in a frame. */
type Next = 'header' | 'bytes' | 'end of chunk' | 'trailers' | 'nothing';

/**
 * Decodes an `aws-chunked` body. Hands on the bytes of the chunks as they come, checks the
 * signature of each chunk at its end, and the trailers at the end of the body. Fails when the
 * framing is broken or cut off, or a signature does not match.
 */
export class ChunkedStep implements BodyStep {
  readonly #framing: Framing;
  readonly #to: BodyStep;
  #next: Next = 'header';
  /** A line that has not come to its end. */
  #begun = NO_BYTES;
  /** Bytes of the chunk that are still to come. */
  #left = 0;
  #hash: Hash | undefined;
  /** Of this chunk, as its header has it. */
  #signature: string | undefined;
  /** Of the chunk before. */
  #previous: string;
  #trailers: Trailers | undefined;

  constructor(framing: Framing, to: BodyStep) {
    this.#framing = framing;
    this.#to = to;
    this.#previous = framing.signer?.seed ?? '';
  }

  take(bytes: Buffer): void {
    let rest = this.#begun.length === 0 ? bytes : Buffer.concat([this.#begun, bytes]);
    this.#begun = NO_BYTES;
    while (rest.length > 0) {
      if (this.#next === 'nothing') throw invalidRequest('There are bytes after the last chunk');
      if (this.#next === 'bytes') {
        const some = rest.subarray(0, this.#left);
        rest = rest.subarray(some.length);
        this.#chunkBytes(some);
        continue;
      }
      const end = rest.indexOf('\r\n');
      if (end === -1) {
        if (rest.length > MAX_LINE_BYTES) throw invalidRequest('A chunk header is too long');
        this.#begun = Buffer.from(rest);
        return;
      }
      const line = rest.toString('latin1', 0, end);
      rest = rest.subarray(end + 2);
      this.#line(line);
    }
  }

  end(): void {
    if (this.#next !== 'nothing') throw incomplete();
    this.#to.end();
  }

  #chunkBytes(bytes: Buffer): void {
    this.#left -= bytes.length;
    this.#hash?.update(bytes);
    this.#to.take(bytes);
    if (this.#left > 0) return;
    this.#checkChunk();
    this.#next = 'end of chunk';
  }

  #line(line: string): void {
    if (this.#trailers !== undefined) {
      if (line !== '') {
        this.#trailers.add(line);
        return;
      }
      this.#framing.onTrailers(this.#trailers.end());
      this.#next = 'nothing';
    } else if (this.#next === 'end of chunk') {
      if (line !== '') throw invalidRequest('A chunk is longer than its header says');
      this.#next = 'header';
    } else this.#header(line);
  }

  #header(line: string): void {
    const { size, signature } = parseChunkHeader(line);
    this.#left = size;
    this.#signature = signature;
    this.#hash = this.#framing.signer && createHash('sha256');
    this.#next = 'bytes';
    if (size > 0) return;
    this.#checkChunk();
    this.#trailers = new Trailers(this.#framing.signer, this.#previous);
    this.#next = 'trailers';
  }

  #checkChunk(): void {
    const { signer } = this.#framing;
    if (signer === undefined || this.#hash === undefined) return;
    const chunk = { sha256: this.#hash.digest('hex'), signature: this.#signature };
    this.#previous = verifyChunk(signer, this.#previous, chunk);
  }
}
