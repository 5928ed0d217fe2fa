import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { request } from 'node:https';
import { Readable } from 'node:stream';
import { SignatureV4 } from '@smithy/signature-v4';
import { PART_BYTES, PartSink } from '#aws/part-sink.ts';
import type { LocalStack } from '#test/support/local-stack.ts';

const PIECE_BYTES = 128 * 1024;

/** Node's SHA-256 in the shape that the signer takes. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac(
            'sha256',
            typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array),
          );
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function* pieces(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += PIECE_BYTES) yield body.subarray(at, at + PIECE_BYTES);
}

/** One PUT by Node alone: signed, the body neither hashed nor copied. */
async function putBare(
  { cloud, outputBucket }: LocalStack,
  key: string,
  body: Buffer,
): Promise<void> {
  const { hostname, port } = new URL(cloud.endpoints.s3);
  const { credentials, region } = cloud;
  const signer = new SignatureV4({ credentials, region, service: 's3', sha256: Sha256 });
  const { headers } = await signer.sign({
    method: 'PUT',
    protocol: 'https:',
    hostname,
    port: Number(port),
    path: `/${outputBucket}/${key}`,
    headers: {
      host: `${hostname}:${port}`,
      'content-length': String(body.length),
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    },
  });
  const path = `/${outputBucket}/${key}`;
  await new Promise<void>((resolve, reject) => {
    const options = { hostname, port, path, method: 'PUT', headers, ca: cloud.caPem };
    const put = request(options, (response) => {
      const isStored = response.statusCode === 200;
      const failure = new Error(`PUT answered ${response.statusCode}`);
      response.resume().on('end', () => (isStored ? resolve() : reject(failure)));
    });
    put.on('error', reject);
    Readable.from(pieces(body), { objectMode: false }).pipe(put);
  });
}

async function rateOf(bytes: number, send: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await send();
  return bytes / ((performance.now() - startedAt) / 1000);
}

/**
 * Sends the same bytes to the same S3 on this machine by bare PUTs of one part each, two at a time, and
 * by a writer's own upload.
 *
 * @returns bytes a second of both.
 */
export async function uploadRates(
  stack: LocalStack,
  name: string,
  parts: number,
): Promise<{ readonly bare: number; readonly ours: number }> {
  const body = Buffer.alloc(PART_BYTES, '0,');
  const bytes = parts * PART_BYTES;
  const bare = await rateOf(bytes, async () => {
    for (let part = 0; part < parts; part += 2) {
      const keys = [part, part + 1].map((n) => `bare/${name}/${n}`);
      await Promise.all(keys.map((key) => putBare(stack, key, body)));
    }
  });
  const ours = await rateOf(bytes, async () => {
    const target = { bucket: stack.outputBucket, key: `ours/${name}`, contentType: 'text/csv' };
    const sink = new PartSink(stack.s3, target);
    for (let part = 1; part < parts; part += 1) sink.send((await sink.buffer()).fill(48));
    await sink.finish((await sink.buffer()).fill(48));
  });
  return { bare, ours };
}
