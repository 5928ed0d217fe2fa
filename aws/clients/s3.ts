import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { PIECE_BYTES, piecesOf, StreamedBody } from '#aws/streamed-body.ts';
import { quiet, type ServiceAddress, type ServiceChoice, settingsFor } from './service.ts';

export type { S3Client } from '@aws-sdk/client-s3';

/**
 * Sends bodies with our CRC-32 header instead of the SDK's SHA-256. TLS protects the body on the
 * way, and the hash would take longer than sending the bytes. Plain HTTP keeps the hash.
 */
function sendUnsignedPayloads(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string>; protocol?: string };
      if (request.protocol === 'https:')
        request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      return next(args);
    },
    { step: 'build', name: 'sendUnsignedPayloads' },
  );
}

interface BodyRequest {
  readonly body?: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** The request with another body, or undefined if it can be sent as it is. */
async function streamed({ body, headers }: BodyRequest): Promise<BodyRequest | undefined> {
  if (body instanceof StreamedBody) {
    return { body: await body.open(), headers: { ...headers, Expect: '100-continue' } };
  }
  if (body instanceof Uint8Array && body.length > PIECE_BYTES) {
    return { body: Readable.from(piecesOf(body), { objectMode: false }), headers };
  }
  return undefined;
}

/**
 * Gives a body to the connection piece by piece, as fast as it is sent. Otherwise TLS would encrypt
 * a whole part into other memory before the first byte is sent. The SDK sees only what the stream
 * is made from, so it can repeat the request.
 */
function sendInPieces(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const request = args.request as BodyRequest;
      const changed = await streamed(request);
      if (changed === undefined) return next(args);
      const inPieces = Object.assign(
        Object.create(Object.getPrototypeOf(request)),
        request,
        changed,
      );
      return next({ ...args, request: inPieces });
    },
    { step: 'deserialize', name: 'sendInPieces' },
  );
}

/**
 * Creates an S3 client that computes no checksums itself: uploads have ours, and reads are checked
 * by ours. Only streamed bodies wait for `100 Continue`; the SDK's own way would open a new
 * connection per part.
 */
export function createS3Client(address?: ServiceAddress | ServiceChoice): S3Client {
  const client = quiet(
    new S3Client({
      ...settingsFor(address),
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      expectContinueHeader: false,
    }),
  );
  sendUnsignedPayloads(client);
  sendInPieces(client);
  return client;
}
