import { createHash } from 'node:crypto';
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
const EMPTY_SHA256 = createHash('sha256').digest('hex');

function incomplete(): S3Error {
  return new S3Error(
    'IncompleteBody',
    'The request body terminated unexpectedly, before the aws-chunked encoding was complete',
  );
}

/** Reads lines and runs of bytes from a stream of buffers; holds one buffer at a time. */
class BufferedReader {
  readonly #source: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async #fill(): Promise<void> {
    const next = await this.#source.next();
    if (next.done) throw incomplete();
    this.#buffer =
      this.#buffer.length === 0 ? next.value : Buffer.concat([this.#buffer, next.value]);
  }

  /** A line without its CRLF. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n');
      if (end !== -1) {
        const text = this.#buffer.toString('latin1', 0, end);
        this.#buffer = this.#buffer.subarray(end + 2);
        return text;
      }
      if (this.#buffer.length > MAX_LINE_BYTES) throw invalidRequest('A chunk header is too long');
      await this.#fill();
    }
  }

  /** Some of the next `limit` bytes, at least one. */
  async some(limit: number): Promise<Buffer> {
    if (this.#buffer.length === 0) await this.#fill();
    const bytes = this.#buffer.subarray(0, limit);
    this.#buffer = this.#buffer.subarray(bytes.length);
    return bytes;
  }

  /** Makes sure that the source ends here. */
  async finish(): Promise<void> {
    const next = this.#buffer.length > 0 ? { done: false } : await this.#source.next();
    if (!next.done) throw invalidRequest('There are bytes after the last chunk');
  }
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

async function readTrailers(
  reader: BufferedReader,
  signer: ChunkSigner | undefined,
  previous: string,
): Promise<Record<string, string>> {
  const trailers: Record<string, string> = {};
  let signed = '';
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (signer !== undefined && name === 'x-amz-trailer-signature') {
      const hash = createHash('sha256').update(signed).digest('hex');
      const computed = signer.sign('AWS4-HMAC-SHA256-TRAILER', previous, [hash]);
      if (computed !== value) throw signatureMismatch();
      signed = '';
      continue;
    }
    trailers[name] = value;
    signed += `${name}:${value}\n`;
  }
  if (signer !== undefined && signed !== '') throw signatureMismatch();
  return trailers;
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

/**
 * Decodes an `aws-chunked` body. Yields the bytes of the chunks as they arrive, checks the
 * signature of each chunk at its end, and the trailers at the end of the body.
 *
 * @throws {S3Error} the framing is broken or cut off, or a signature does not match.
 */
export async function* decodeChunked(
  source: AsyncIterable<Buffer>,
  { signer, onTrailers }: Framing,
): AsyncGenerator<Buffer> {
  const reader = new BufferedReader(source);
  let previous = signer?.seed ?? '';
  for (;;) {
    const { size, signature } = parseChunkHeader(await reader.line());
    const hash = signer === undefined ? undefined : createHash('sha256');
    for (let left = size; left > 0; ) {
      const bytes = await reader.some(left);
      left -= bytes.length;
      hash?.update(bytes);
      yield bytes;
    }
    if (signer !== undefined && hash !== undefined) {
      previous = verifyChunk(signer, previous, { sha256: hash.digest('hex'), signature });
    }
    if (size === 0) break;
    if ((await reader.line()) !== '')
      throw invalidRequest('A chunk is longer than its header says');
  }
  onTrailers(await readTrailers(reader, signer, previous));
  await reader.finish();
}
