import { createHash, createHmac } from 'node:crypto';
import { Agent, request } from 'node:https';
import { SignatureV4 } from '@smithy/signature-v4';
import { TESTER } from '#local/testing/s3-client.ts';
import type { S3Fixture } from '#local/testing/s3-fixture.ts';

/** A request put together by hand. */
interface RawRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Its answer. */
interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The hash that the signer works with. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : Buffer.from(Object(secret)));
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

/** Signs as the tester does. */
export function createSigner(uriEscapePath = false): SignatureV4 {
  return new SignatureV4({
    service: 's3',
    region: 'us-east-1',
    credentials: TESTER,
    sha256: Sha256,
    uriEscapePath,
    applyChecksum: true,
  });
}

/** Sends a request as it is given; trusts the certificate of the server. */
export function send(
  { endpoint, ca }: Pick<S3Fixture, 'endpoint' | 'ca'>,
  message: RawRequest,
): Promise<RawResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<RawResponse>();
  const { method, path, headers = {}, body } = message;
  const agent = new Agent({ ca, keepAlive: false });
  const { hostname, port } = new URL(endpoint);
  const sent = request({ hostname, port, method, path, headers, agent }, async (response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
  });
  sent.on('error', reject).end(body);
  return promise;
}

/** Signs a raw request and gives it back with the headers to send. */
export async function signRaw(
  endpoint: string,
  { method, path, headers = {}, body }: RawRequest,
  signingDate = new Date(),
): Promise<RawRequest> {
  const url = new URL(endpoint);
  const [rawPath = '', query = ''] = path.split('?');
  const signed = await createSigner().sign(
    {
      method,
      protocol: 'https:',
      hostname: url.hostname,
      path: rawPath,
      query: Object.fromEntries(new URLSearchParams(query)),
      headers: { host: url.host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...headers },
      body,
    },
    { signingDate },
  );
  return { method, path, headers: signed.headers, ...(body === undefined ? {} : { body }) };
}
