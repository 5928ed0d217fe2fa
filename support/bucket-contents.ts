import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '#aws/clients/s3.ts';
import { listObjects, readText } from '#aws/objects.ts';

/** The objects of a bucket, as a test puts them there and finds them. */
export class BucketContents {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor({ s3, bucket }: { readonly s3: S3Client; readonly bucket: string }) {
    this.#client = s3;
    this.#bucket = bucket;
  }

  /** Writes an object with its CRC-32, over one that is there. @returns its URI */
  async put(Key: string, Body: string | Uint8Array): Promise<string> {
    const place = { Bucket: this.#bucket, Key };
    await this.#client.send(new PutObjectCommand({ ...place, Body, ChecksumAlgorithm: 'CRC32' }));
    return `s3://${this.#bucket}/${Key}`;
  }

  /** Removes an object. */
  async remove(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }

  /** Text of an object; undefined if there is none. */
  async text(key: string): Promise<string | undefined> {
    return await readText(this.#client, this.#bucket, key);
  }

  /** Texts by the keys of all objects below a prefix, in key order. */
  async below(prefix: string): Promise<Readonly<Record<string, string>>> {
    const texts: Record<string, string> = {};
    for await (const { key } of listObjects(this.#client, this.#bucket, prefix)) {
      texts[key] = (await this.text(key)) ?? '';
    }
    return texts;
  }
}
