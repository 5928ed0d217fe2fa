import { createHash, createHmac, type Hash, type Hmac, timingSafeEqual } from 'node:crypto';
import { getCanonicalQuery, getSigningKey } from '@smithy/signature-v4';
import type { Identify } from '#local/authorization.ts';
import { invalidRequest, S3Error } from './errors.ts';
import type { S3Request } from './request.ts';

/** Who signed a request, and what else the signature covers. */
export interface Caller {
  readonly accessKeyId: string;
  /** Hex SHA-256 of the body, or one of S3's words for other ways to send it. */
  readonly payloadHash: string;
  /** Signs the pieces of a body that is signed piece by piece. */
  readonly chunks: ChunkSigner;
}

/** Computes the signature of a piece of a body from the one before it. */
export interface ChunkSigner {
  /** The signature of the request, which the first piece builds on. */
  readonly seed: string;
  /**
   * @param algorithm such as `AWS4-HMAC-SHA256-PAYLOAD`; `hashes` are hex, of what the piece holds.
   */
  sign(algorithm: string, previous: string, hashes: readonly string[]): string;
}

/** How a service checks callers. */
export interface SignatureRules {
  readonly identify: Identify;
  readonly region: string;
}

/** What a client says about its signature, in the Authorization header or in a presigned URL. */
interface Claim {
  readonly accessKeyId: string;
  readonly scope: readonly [date: string, region: string];
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ` */
  readonly longDate: string;
  readonly payloadHash: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_SKEW_SECONDS = 15 * 60;
const MAX_PRESIGNED_SECONDS = 7 * 24 * 60 * 60;

/** The hash that @smithy/signature-v4 derives signing keys with. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : toBuffer(secret));
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('a hash is used once');
  }
}

function toBuffer(bytes: ArrayBuffer | ArrayBufferView): Buffer {
  return ArrayBuffer.isView(bytes)
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : Buffer.from(bytes);
}

function accessDenied(message: string): S3Error {
  return new S3Error('AccessDenied', message);
}

function malformed(message: string, fields?: S3Error['fields']): S3Error {
  return new S3Error('AuthorizationHeaderMalformed', message, fields);
}

function parseScope(credential: string): Pick<Claim, 'accessKeyId' | 'scope'> {
  const [accessKeyId, date, region, service, terminator, ...more] = credential.split('/');
  const isWhole = service === 's3' && terminator === 'aws4_request' && more.length === 0;
  if (!isWhole || !accessKeyId || !date || !region) {
    throw malformed(
      'The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/s3/aws4_request".',
    );
  }
  return { accessKeyId, scope: [date, region] };
}

function parseHeaderClaim(header: string, headers: S3Request['headers']): Claim {
  const fields = new Map(
    header
      .slice(ALGORITHM.length)
      .split(',')
      .map((field) => field.trim().split('=', 2) as [string, string | undefined]),
  );
  const [credential, signedHeaders, signature] = ['Credential', 'SignedHeaders', 'Signature'].map(
    (name) => fields.get(name),
  );
  if (!header.startsWith(`${ALGORITHM} `) || !credential || !signedHeaders || !signature) {
    throw malformed(`The authorization header is malformed; expecting ${ALGORITHM}.`);
  }
  const payloadHash = headers['x-amz-content-sha256'];
  if (payloadHash === undefined) {
    throw invalidRequest('Missing required header for this request: x-amz-content-sha256');
  }
  const longDate = headers['x-amz-date'];
  if (longDate === undefined) {
    throw accessDenied('AWS authentication requires a valid Date or x-amz-date header');
  }
  const names = signedHeaders.split(';');
  return { ...parseScope(credential), signedHeaders: names, signature, longDate, payloadHash };
}

function parseQueryClaim(query: S3Request['query'], headers: S3Request['headers']): Claim {
  const wanted = ['Algorithm', 'Credential', 'Date', 'SignedHeaders', 'Signature', 'Expires'];
  const missing = wanted.filter((name) => query[`X-Amz-${name}`] === undefined);
  const seconds = Number(query['X-Amz-Expires']);
  const isInRange = Number.isInteger(seconds) && seconds > 0 && seconds <= MAX_PRESIGNED_SECONDS;
  if (missing.length > 0 || query['X-Amz-Algorithm'] !== ALGORITHM || !isInRange) {
    throw new S3Error(
      'AuthorizationQueryParametersError',
      `Query-string authentication version 4 requires ${wanted.map((name) => `X-Amz-${name}`).join(', ')}; X-Amz-Expires must be at most ${MAX_PRESIGNED_SECONDS} seconds`,
    );
  }
  const hash = Object.entries(query).find(([name]) => /^x-amz-content-sha256$/i.test(name))?.[1];
  return {
    ...parseScope(query['X-Amz-Credential'] ?? ''),
    signedHeaders: (query['X-Amz-SignedHeaders'] ?? '').split(';'),
    signature: query['X-Amz-Signature'] ?? '',
    longDate: query['X-Amz-Date'] ?? '',
    payloadHash: headers['x-amz-content-sha256'] ?? hash ?? 'UNSIGNED-PAYLOAD',
  };
}

function toSeconds(longDate: string): number {
  const [, ...fields] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(longDate) ?? [];
  const [year, month, day, hour, minute, second] = fields;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) / 1000;
}

function assertTime(claim: Claim, expires: string | undefined): void {
  const signed = toSeconds(claim.longDate);
  const now = Date.now() / 1000;
  if (expires !== undefined && now > signed + Number(expires)) {
    throw accessDenied('Request has expired');
  }
  const isTooOld = expires === undefined && now - signed > MAX_SKEW_SECONDS;
  if (Number.isNaN(signed) || signed - now > MAX_SKEW_SECONDS || isTooOld) {
    throw new S3Error(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      {
        RequestTime: claim.longDate,
        ServerTime: new Date().toISOString(),
        MaxAllowedSkewMilliseconds: MAX_SKEW_SECONDS * 1000,
      },
    );
  }
}

function assertScope(claim: Claim, region: string): void {
  const [date, claimed] = claim.scope;
  if (claimed !== region) {
    throw malformed(
      `The authorization header is malformed; the region '${claimed}' is wrong; expecting '${region}'`,
      { Region: region },
    );
  }
  if (!claim.longDate.startsWith(date)) {
    throw malformed('The authorization header is malformed; its date is not the one of x-amz-date');
  }
}

function canonicalRequest(request: S3Request, claim: Claim): string {
  const lines = claim.signedHeaders.map((name) => {
    const value = (request.headers[name] ?? '').trim().replace(/[ \t]+/g, ' ');
    return `${name}:${value}\n`;
  });
  const query = getCanonicalQuery({
    method: request.method,
    protocol: 'https:',
    hostname: '',
    path: request.rawPath,
    headers: {},
    query: { ...request.query },
  });
  return [
    request.method,
    request.rawPath,
    query,
    lines.join(''),
    claim.signedHeaders.join(';'),
    claim.payloadHash,
  ].join('\n');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function isEqual(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
}

/** Every `x-amz-` header must be signed, or a third party could add one to a signed request. */
function assertAllSigned(request: S3Request, claim: Claim): void {
  const needed = Object.keys(request.headers).filter(
    (name) => name === 'host' || name.startsWith('x-amz-'),
  );
  const unsigned = needed.filter((name) => !claim.signedHeaders.includes(name));
  if (unsigned.length > 0) {
    throw new S3Error(
      'AccessDenied',
      'There were headers present in the request which were not signed',
      { HeadersNotSigned: unsigned.join(', ') },
    );
  }
}

function findSecret(accessKeyId: string, identify: Identify): string {
  const identity = identify(accessKeyId);
  if (identity !== undefined) return identity.secretAccessKey;
  throw new S3Error(
    'InvalidAccessKeyId',
    'The AWS Access Key Id you provided does not exist in our records.',
    { AWSAccessKeyId: accessKeyId },
  );
}

/** Signs texts with the key of a claim's day and region. */
async function createChunkSigner(
  request: S3Request,
  claim: Claim,
  secretAccessKey: string,
): Promise<ChunkSigner> {
  const { accessKeyId, longDate } = claim;
  const [date, region] = claim.scope;
  const credentials = { accessKeyId, secretAccessKey };
  const key = await getSigningKey(Sha256, credentials, date, region, 's3');
  const scope = `${date}/${region}/s3/aws4_request`;
  const sign = (algorithm: string, ...lines: readonly string[]) =>
    createHmac('sha256', key)
      .update([algorithm, longDate, scope, ...lines].join('\n'))
      .digest('hex');
  return {
    seed: sign(ALGORITHM, sha256(canonicalRequest(request, claim))),
    sign: (algorithm, previous, hashes) => sign(algorithm, previous, ...hashes),
  };
}

/**
 * Finds out who sent a request, from the Authorization header or from a presigned URL, and checks
 * the signature (AWS Signature Version 4). The body is checked later, while it streams.
 *
 * @throws {S3Error} `SignatureDoesNotMatch`, `InvalidAccessKeyId`, `RequestTimeTooSkewed`,
 *   `AccessDenied` (no signature, expired, an unsigned header) or a malformed claim.
 */
export async function verifySignature(request: S3Request, rules: SignatureRules): Promise<Caller> {
  const { authorization } = request.headers;
  const isPresigned = 'X-Amz-Algorithm' in request.query;
  if (authorization === undefined && !isPresigned) throw accessDenied('Access Denied');
  const claim =
    authorization === undefined
      ? parseQueryClaim(request.query, request.headers)
      : parseHeaderClaim(authorization, request.headers);
  const { accessKeyId, payloadHash } = claim;
  const secret = findSecret(accessKeyId, rules.identify);
  assertScope(claim, rules.region);
  assertTime(claim, authorization === undefined ? request.query['X-Amz-Expires'] : undefined);
  assertAllSigned(request, claim);
  const chunks = await createChunkSigner(request, claim, secret);
  if (isEqual(chunks.seed, claim.signature)) return { accessKeyId, payloadHash, chunks };
  throw new S3Error(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { AWSAccessKeyId: accessKeyId, SignatureProvided: claim.signature },
  );
}
