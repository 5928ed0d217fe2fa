import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Identify } from './authorization.ts';

/** A signed POST request without a query. */
export interface SignedRequest {
  /** As it was sent, its segments escaped. @default '/', where JSON protocols are */
  readonly path?: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** How a service checks who signed. */
export interface SignatureRules {
  readonly identify: Identify;
  readonly region: string;
  /** Signing name, such as `dynamodb` or `states`. */
  readonly service: string;
  readonly now: () => Date;
}

/** A request is not signed as it should be. The name of the error is that of AWS. */
export class SignatureError extends Error {
  override readonly name: string;

  constructor(
    name:
      | 'IncompleteSignatureException'
      | 'InvalidSignatureException'
      | 'MissingAuthenticationTokenException'
      | 'UnrecognizedClientException',
    message: string,
  ) {
    super(message);
    this.name = name;
  }
}

const CLAIM =
  /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/([^/,]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

const MAX_SKEW_MS = 15 * 60 * 1000;

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const hmac = (key: string | Buffer, text: string) =>
  createHmac('sha256', key).update(text).digest();

function parseTime(amzDate: string): number {
  const iso = amzDate.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return Date.parse(iso);
}

/** What a request says about its signature. */
interface SignatureClaim {
  readonly accessKeyId: string;
  /** Day of the scope, `yyyymmdd`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** Names of the signed headers, joined by `;`. */
  readonly signedHeaders: string;
  /** Hexadecimal. */
  readonly signature: string;
  /** Of the header `x-amz-date`. */
  readonly amzDate: string;
}

function readClaim(headers: IncomingHttpHeaders): SignatureClaim {
  const { authorization } = headers;
  if (authorization === undefined) {
    throw new SignatureError(
      'MissingAuthenticationTokenException',
      'Request is missing Authentication Token',
    );
  }
  const claim = CLAIM.exec(authorization);
  const amzDate = headers['x-amz-date'];
  if (!claim || typeof amzDate !== 'string') {
    throw new SignatureError('IncompleteSignatureException', `Authorization=${authorization}`);
  }
  const [, accessKeyId = '', date = '', region = '', service = '', names = '', signature = ''] =
    claim;
  return { accessKeyId, date, region, service, signedHeaders: names, signature, amzDate };
}

function secretOf({ accessKeyId }: SignatureClaim, identify: Identify): string {
  const secret = identify(accessKeyId)?.secretAccessKey;
  if (secret !== undefined) return secret;
  throw new SignatureError(
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  );
}

/** @throws {SignatureError} it is signed for another service or day, or too long ago. */
function assertScope(claim: SignatureClaim, rules: SignatureRules): void {
  const { region, service, date, amzDate } = claim;
  if (region !== rules.region || service !== rules.service || !amzDate.startsWith(date)) {
    throw new SignatureError(
      'InvalidSignatureException',
      `Credential should be scoped to ${rules.region}/${rules.service}, not ${region}/${service}`,
    );
  }
  if (!(Math.abs(rules.now().getTime() - parseTime(amzDate)) <= MAX_SKEW_MS)) {
    throw new SignatureError('InvalidSignatureException', `Signature expired: ${amzDate}`);
  }
}

function sign(
  { path = '/', headers, body }: SignedRequest,
  claim: SignatureClaim,
  secret: string,
): Buffer {
  const { date, region, service, signedHeaders, amzDate } = claim;
  const lines = signedHeaders
    .split(';')
    .map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`);
  // Escaped a second time, as every service but S3 wants it.
  const uri = path.split('/').map(encodeURIComponent).join('/');
  const canonical = ['POST', uri, '', lines.join(''), signedHeaders, sha256(body)].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', amzDate, scope, sha256(canonical)].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${secret}`,
  );
  return hmac(key, text);
}

/**
 * Checks the SigV4 signature of a request and gives the access key that signed it.
 *
 * @throws {SignatureError} the request is not signed, or signed by an unknown key, for another
 *   service, too long ago, or wrongly.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
export function verifySignature(request: SignedRequest, rules: SignatureRules): string {
  const claim = readClaim(request.headers);
  const secret = secretOf(claim, rules.identify);
  assertScope(claim, rules);
  if (!timingSafeEqual(sign(request, claim, secret), Buffer.from(claim.signature, 'hex'))) {
    throw new SignatureError(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    );
  }
  return claim.accessKeyId;
}
