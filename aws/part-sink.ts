import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { combineCrc32, crc32Base64 } from '#core/checksum/crc32.ts';
import type { Figures } from '#core/checksum/figures.ts';
import { UploadConflictError } from '#core/errors.ts';
import { translated } from './errors.ts';
import { unquoted } from './s3-source.ts';
import {
  isConflict,
  isTaken,
  isVanishedUpload,
  type StoredObject,
  storedTwin,
} from './stored-object.ts';

/**
 * Bytes of one part. With at most 10,000 parts an object may have 167 GB, eight times what a chunk may.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */
export const PART_BYTES = 16 * 1024 * 1024;

/** Filling one takes milliseconds, so that two are on their way nearly always: 32 MiB in all. */
export const PART_BUFFERS = 2;

/** Where an object goes. */
export interface UploadTarget {
  readonly bucket: string;
  readonly key: string;
  readonly contentType: string;
}

/** An object that was stored, and the figures of the bytes that were sent for it. */
export interface SentObject extends StoredObject {
  readonly sent: Figures;
}

/**
 * Writes one object create-only, or in the place of a known one, from part buffers that it lends out.
 *
 * A single part is one PutObject, more are a multipart upload; both carry `If-None-Match: *` or the
 * ETag of what is replaced, and a full-object CRC-32. S3 refuses a part that has not the CRC-32 it was
 * sent with: one that is known otherwise than from the part's bytes proves these, too. Buffers are sent
 * as they are, so the SDK can repeat every request. Nothing is visible before `finish`; after any
 * failure call `abort`.
 *
 * Memory: the part buffers, whatever the size of the object.
 */
export class PartSink {
  readonly #client: S3Client;
  readonly #target: UploadTarget;
  readonly #signal: AbortSignal | undefined;
  readonly #condition: { readonly IfMatch: string } | { readonly IfNoneMatch: '*' };
  readonly #free: Uint8Array[];
  /** Buffers of its own that it has not made yet: small objects need but one. */
  #unmade: number;
  readonly #sending = new Set<Promise<void>>();
  readonly #parts: CompletedPart[] = [];
  #uploadId: Promise<string> | undefined;
  #failure: unknown;
  #content: Figures | undefined;
  #crc = 0;
  #bytes = 0;

  constructor(
    client: S3Client,
    target: UploadTarget,
    options: {
      readonly signal?: AbortSignal | undefined;
      /** ETag of the object to replace, without quotes. @default none: the key must be free */
      readonly replaces?: string | undefined;
      /** Lent out one by one, each of {@link PART_BYTES}. @default two of its own */
      readonly buffers?: readonly Uint8Array[] | undefined;
    } = {},
  ) {
    this.#client = client;
    this.#target = target;
    this.#signal = options.signal;
    const { replaces } = options;
    this.#condition = replaces === undefined ? { IfNoneMatch: '*' } : { IfMatch: `"${replaces}"` };
    this.#free = [...(options.buffers ?? [])];
    this.#unmade = options.buffers === undefined ? PART_BUFFERS : 0;
  }

  /** Lends an empty buffer; waits until one has been sent when all are under way. */
  async buffer(): Promise<Uint8Array> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const buffer = this.#free.pop();
      if (buffer !== undefined) return buffer;
      if (this.#unmade > 0) {
        this.#unmade -= 1;
        return new Uint8Array(PART_BYTES);
      }
      await Promise.race(this.#sending);
    }
  }

  /**
   * Starts sending a lent buffer as the next part; takes it back when it is sent.
   *
   * @param crc CRC-32 that S3 is to find in the part. @default computed from its bytes
   */
  send(part: Uint8Array, crc?: number): void {
    const sending = this.#sendPart(part, crc)
      .then(() => void this.#free.push(part))
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /**
   * Sends the last part and makes the object visible, if its key is free, or holds what is replaced.
   *
   * @param facts.crc32 CRC-32 that S3 is to find in the part. @default computed from its bytes
   * @param facts.content figures of the text inside, if it is compressed: by them an object that is there
   * already is compared, else by length and CRC-32.
   * @returns the *stored* object, which may be an equal one that was there before.
   * @throws {OutputConflictError} a different object is there.
   * @throws {UploadConflictError} the key changed meanwhile: start the upload again.
   */
  async finish(
    last: Uint8Array,
    facts: { readonly crc32?: number | undefined; readonly content?: Figures | undefined } = {},
  ): Promise<SentObject> {
    this.#content = facts.content;
    if (this.#uploadId === undefined) return await this.#putWhole(last, facts.crc32);
    if (last.length > 0) this.send(last, facts.crc32);
    await Promise.all(this.#sending);
    if (this.#failure !== undefined) throw this.#failure;
    return await this.#complete(await this.#uploadId);
  }

  /** Gives up: waits for what is under way, then removes the parts. Never throws. */
  async abort(): Promise<void> {
    await Promise.all(this.#sending);
    const UploadId = await this.#uploadId?.catch(() => undefined);
    if (UploadId === undefined) return;
    const { bucket, key } = this.#target;
    const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId });
    // The bucket's lifecycle rule removes what cannot be removed now.
    await this.#client.send(command).catch(() => undefined);
  }

  #account(part: Uint8Array, crc = crc32(part)): { ChecksumCRC32: string } {
    this.#crc = combineCrc32(this.#crc, crc, part.length);
    this.#bytes += part.length;
    return { ChecksumCRC32: crc32Base64(crc) };
  }

  async #putWhole(body: Uint8Array, crc: number | undefined): Promise<SentObject> {
    const checksum = this.#account(body, crc);
    const command = new PutObjectCommand({
      ...this.#address(),
      ...checksum,
      ContentType: this.#target.contentType,
      Body: body,
      ...this.#condition,
    });
    try {
      const { ETag } = await this.#client.send(command, { abortSignal: this.#signal });
      return this.#written(ETag);
    } catch (error) {
      return await this.#settle(error);
    }
  }

  async #create(): Promise<string> {
    const command = new CreateMultipartUploadCommand({
      ...this.#address(),
      ContentType: this.#target.contentType,
      ChecksumAlgorithm: 'CRC32',
      ChecksumType: 'FULL_OBJECT',
    });
    // Not aborted by the signal: an upload whose id never arrives could not be removed.
    const { UploadId } = await this.#client.send(command);
    if (UploadId === undefined) throw new UploadConflictError('S3 named no upload');
    return UploadId;
  }

  async #sendPart(part: Uint8Array, crc: number | undefined): Promise<void> {
    const checksum = this.#account(part, crc);
    const PartNumber = this.#parts.push({});
    this.#uploadId ??= this.#create();
    try {
      const command = new UploadPartCommand({
        ...this.#address(),
        ...checksum,
        UploadId: await this.#uploadId,
        PartNumber,
        Body: part,
      });
      const { ETag } = await this.#client.send(command, { abortSignal: this.#signal });
      this.#parts[PartNumber - 1] = { PartNumber, ETag, ...checksum };
    } catch (error) {
      throw translated(error, `write ${this.#uri()}`);
    }
  }

  async #complete(UploadId: string): Promise<SentObject> {
    const command = new CompleteMultipartUploadCommand({
      ...this.#address(),
      UploadId,
      MultipartUpload: { Parts: this.#parts },
      ChecksumCRC32: crc32Base64(this.#crc),
      ChecksumType: 'FULL_OBJECT',
      MpuObjectSize: this.#bytes,
      ...this.#condition,
    });
    try {
      const { ETag } = await this.#client.send(command, { abortSignal: this.#signal });
      return this.#written(ETag);
    } catch (error) {
      const settled = await this.#settle(error);
      await this.abort();
      return settled;
    }
  }

  /** Decides what a refused or unanswered commit means by looking at what is stored. */
  async #settle(error: unknown): Promise<SentObject> {
    if (isTaken(error) || isVanishedUpload(error)) {
      const sent = this.#figures();
      const meant = { ...sent, content: this.#content };
      return { ...(await storedTwin(this.#client, this.#target, meant)), sent };
    }
    if (isConflict(error)) {
      throw new UploadConflictError(`${this.#uri()} changed while it was written`, {
        cause: error,
      });
    }
    throw translated(error, `write ${this.#uri()}`);
  }

  #written(ETag: string | undefined): SentObject {
    const sent = this.#figures();
    return { bytes: sent.bytes, etag: unquoted(ETag), existed: false, sent };
  }

  #figures(): Figures {
    return { bytes: this.#bytes, crc32: this.#crc };
  }

  #address(): { Bucket: string; Key: string } {
    return { Bucket: this.#target.bucket, Key: this.#target.key };
  }

  #uri(): string {
    return `s3://${this.#target.bucket}/${this.#target.key}`;
  }
}
