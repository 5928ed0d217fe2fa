import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { Agent, request } from 'node:https';
import { SignatureV4 } from '@smithy/signature-v4';
import { crc32Base64 } from '#core/checksum/crc32.ts';
import type { StackAccess } from '#support/stack-client.ts';

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

/**
 * PUTs with nothing but Node: signed, with a CRC-32 that is known before; the body is neither
 * hashed nor copied.
 */
export class RawPut {
  readonly #access: StackAccess;
  readonly #agent: Agent;

  constructor(access: StackAccess) {
    this.#access = access;
    this.#agent = new Agent({ keepAlive: true, ca: access.caPem });
  }

  async put(bucket: string, key: string, body: Uint8Array, crc: number): Promise<void> {
    const path = `/${bucket}/${key}`;
    const { hostname, port } = new URL(this.#access.endpoints.s3);
    const { headers } = await this.#signed(path, body.length, crc);
    await new Promise<void>((resolve, reject) => {
      const options = { hostname, port, path, method: 'PUT', headers, agent: this.#agent };
      const put = request(options, (response) => {
        const isStored = response.statusCode === 200;
        const failure = new Error(`PUT answered ${response.statusCode}`);
        response.resume().on('end', () => (isStored ? resolve() : reject(failure)));
      });
      put.on('error', reject);
      put.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  async #signed(path: string, bytes: number, crc: number) {
    const { credentials, region, endpoints } = this.#access;
    const { hostname, port, host } = new URL(endpoints.s3);
    const signer = new SignatureV4({ credentials, region, service: 's3', sha256: Sha256 });
    return await signer.sign({
      method: 'PUT',
      protocol: 'https:',
      hostname,
      port: Number(port),
      path,
      headers: {
        host,
        'content-length': String(bytes),
        'x-amz-checksum-crc32': crc32Base64(crc),
        'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      },
    });
  }
}
