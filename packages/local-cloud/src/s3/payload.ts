import { createHash } from 'node:crypto';
import { ChunkedStep } from './aws-chunked.ts';
import { BodyDigest, type BodyDigests } from './body-digest.ts';
import { type BodySource, type BodyStep, messageSource } from './body-source.ts';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumHeader,
  isChecksumAlgorithm,
  isChecksumValue,
} from './checksums.ts';
import {
  badDigest,
  headerNotImplemented,
  invalidRequest,
  notImplemented,
  S3Error,
} from './errors.ts';
import type { S3Request } from './request.ts';
import type { Caller } from './signature.ts';

/** The body of a request, freed of its transport framing. */
export interface Payload {
  /** The bytes; fails when length or signed hash are not what the client said. */
  readonly body: BodySource;
  /** The checksum that the client sends along, in a header or behind the body. */
  readonly declared: ChecksumAlgorithm | undefined;
  /**
   * To be called after the last byte.
   *
   * @throws {S3Error} Content-MD5 or the checksum does not match.
   */
  verify(digests: BodyDigests): void;
}

const MAX_BODY_BYTES = 5 * 1024 ** 3;
const MAX_XML_BYTES = 4 * 1024 ** 2;
const STREAMING_SIGNED = /^STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?$/;
const STREAMING_UNSIGNED = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

/** Not values but settings that share the prefix. */
const CHECKSUM_SETTINGS: readonly string[] = [
  'x-amz-checksum-algorithm',
  'x-amz-checksum-mode',
  'x-amz-checksum-type',
];

function invalidChecksum(header: string): S3Error {
  return invalidRequest(`Value for ${header} header is invalid.`);
}

/**
 * The one checksum whose value the headers carry.
 *
 * @throws {S3Error} there are several, or the algorithm is not known.
 */
export function findChecksum(
  headers: S3Request['headers'],
): { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined {
  const names = Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-checksum-') && !CHECKSUM_SETTINGS.includes(name),
  );
  const unknown = names.find((name) =>
    CHECKSUM_ALGORITHMS.every((a) => checksumHeader(a) !== name),
  );
  if (unknown !== undefined) throw headerNotImplemented(unknown);
  if (names.length > 1) {
    throw invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  const algorithm = CHECKSUM_ALGORITHMS.find((each) => checksumHeader(each) === names[0]);
  return algorithm && { algorithm, value: headers[checksumHeader(algorithm)] ?? '' };
}

function findDeclared(headers: S3Request['headers']):
  | {
      readonly algorithm: ChecksumAlgorithm;
      readonly value: string | undefined;
    }
  | undefined {
  const sent = findChecksum(headers);
  if (sent !== undefined) {
    if (isChecksumValue(sent.algorithm, sent.value)) return sent;
    throw invalidChecksum(checksumHeader(sent.algorithm));
  }
  const trailer = headers['x-amz-trailer']?.trim().toLowerCase();
  const algorithm = CHECKSUM_ALGORITHMS.find((each) => checksumHeader(each) === trailer);
  if (algorithm !== undefined) return { algorithm, value: undefined };
  if (trailer !== undefined)
    throw invalidRequest('The value specified in the x-amz-trailer header is not supported');
  if (isChecksumAlgorithm(headers['x-amz-sdk-checksum-algorithm']?.toUpperCase() ?? '')) {
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  return undefined;
}

function parseContentMd5(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const bytes = Buffer.from(header, 'base64');
  if (bytes.length === 16) return bytes.toString('hex');
  throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.', {
    'Content-MD5': header,
  });
}

function expectedLength(headers: S3Request['headers'], isFramed: boolean): number {
  const header = headers[isFramed ? 'x-amz-decoded-content-length' : 'content-length'];
  if (header === undefined || !/^\d+$/.test(header)) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  const length = Number(header);
  if (length <= MAX_BODY_BYTES) return length;
  throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
    ProposedSize: length,
    MaxSizeAllowed: MAX_BODY_BYTES,
  });
}

/** Makes sure that a body has as many bytes as the client said. */
function lengthStep(expected: number, next: BodyStep): BodyStep {
  let size = 0;
  const incomplete = () =>
    new S3Error(
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header',
      { NumberBytesExpected: expected, NumberBytesProvided: size },
    );
  return {
    take: (bytes) => {
      size += bytes.length;
      if (size > expected) throw incomplete();
      next.take(bytes);
    },
    end: () => {
      if (size !== expected) throw incomplete();
      next.end();
    },
  };
}

/** Makes sure that a body has the hash that was signed. */
function sha256Step(expected: string, next: BodyStep): BodyStep {
  const hash = createHash('sha256');
  return {
    take: (bytes) => {
      hash.update(bytes);
      next.take(bytes);
    },
    end: () => {
      const computed = hash.digest('hex');
      if (computed !== expected) {
        throw new S3Error(
          'XAmzContentSHA256Mismatch',
          "The provided 'x-amz-content-sha256' header does not match what was computed.",
          { ClientComputedContentSHA256: expected, S3ComputedContentSHA256: computed },
        );
      }
      next.end();
    },
  };
}

type Trailers = Readonly<Record<string, string>>;

interface BodyFraming {
  readonly headers: S3Request['headers'];
  readonly caller: Caller;
  readonly onTrailers: (trailers: Trailers) => void;
}

/** The steps that free a body of its framing and check it. */
function stepsOf({ headers, caller, onTrailers }: BodyFraming): (last: BodyStep) => BodyStep {
  const { payloadHash, chunks: signer } = caller;
  if (payloadHash === STREAMING_UNSIGNED || STREAMING_SIGNED.test(payloadHash)) {
    const length = expectedLength(headers, true);
    const framing = {
      signer: payloadHash === STREAMING_UNSIGNED ? undefined : signer,
      onTrailers,
    };
    return (last) => new ChunkedStep(framing, lengthStep(length, last));
  }
  const length = expectedLength(headers, false);
  if (payloadHash === 'UNSIGNED-PAYLOAD') return (last) => lengthStep(length, last);
  if (/^[0-9a-f]{64}$/.test(payloadHash)) {
    return (last) => lengthStep(length, sha256Step(payloadHash, last));
  }
  throw notImplemented(`x-amz-content-sha256: ${payloadHash}`);
}

/**
 * The headers without their checksum, which in a Complete is that of the object, not of the body.
 */
export function withoutChecksum(headers: S3Request['headers']): S3Request['headers'] {
  const kept = Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-checksum-'));
  return Object.fromEntries(kept);
}

/**
 * Takes the body of a request as `headers` describe it; nothing is read yet.
 *
 * @throws {S3Error} the headers are wrong.
 */
export function openPayload(
  { message }: S3Request,
  headers: S3Request['headers'],
  caller: Caller,
): Payload {
  const declared = findDeclared(headers);
  const contentMd5 = parseContentMd5(headers['content-md5']);
  let trailers: Trailers = {};
  const onTrailers = (read: Trailers) => {
    trailers = read;
  };
  return {
    body: messageSource(message, stepsOf({ headers, caller, onTrailers })),
    declared: declared?.algorithm,
    verify: ({ md5, checksums }) => {
      if (contentMd5 !== undefined && contentMd5 !== md5) {
        throw badDigest('The Content-MD5 you specified did not match what we received.');
      }
      if (declared === undefined) return;
      const header = checksumHeader(declared.algorithm);
      const expected = declared.value ?? trailers[header];
      if (expected === undefined || !isChecksumValue(declared.algorithm, expected)) {
        throw invalidChecksum(header);
      }
      if (checksums[declared.algorithm] !== expected) {
        throw badDigest(
          `The ${declared.algorithm} you specified did not match the calculated checksum.`,
        );
      }
    },
  };
}

/**
 * Reads a whole XML body, at most 4 MiB, and checks it as any body.
 *
 * @throws {S3Error} too big, or not as described.
 */
export async function readTextBody(payload: Payload): Promise<string> {
  const digest = new BodyDigest(payload.declared === undefined ? [] : [payload.declared]);
  const buffers: Buffer[] = [];
  let size = 0;
  const add = (bytes: Uint8Array) => {
    size += bytes.length;
    if (size > MAX_XML_BYTES) {
      throw new S3Error('MaxMessageLengthExceeded', 'Your request was too big.', {
        MaxMessageLengthBytes: MAX_XML_BYTES,
      });
    }
    digest.update(bytes);
    buffers.push(Buffer.from(bytes));
  };
  await payload.body.pass({ add, busy: () => undefined });
  payload.verify(digest.finish());
  return Buffer.concat(buffers).toString('utf8');
}
