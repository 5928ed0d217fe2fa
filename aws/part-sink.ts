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
import { PART_BYTES } from '#core/outputs/part-bytes.ts';
import { translated } from './errors.ts';
import { unquoted } from './s3-source.ts';
import {
  isConflict,
  isTaken,
  isVanishedUpload,
  type StoredObject,
  storedTwin,
} from './stored-object.ts';
import type { StreamedBody } from './streamed-body.ts';

/**
 * Part buffers: 32 MiB in all. A buffer is filled in milliseconds, so two parts are being sent
 * nearly all the time.
 */
export const PART_BUFFERS = 2;

/** Most bytes of an object, or of a part, that one request can send. */
export const REQUEST_BYTES = 5 * 1024 ** 3;

/** A part, or a whole object: in memory, or made while it is sent. */
type Part = Uint8Array | StreamedBody;

/** Target of an upload. */
export interface UploadTarget {
  readonly bucket: string;
  readonly key: string;
  readonly contentType: string;
  /** Kept with an object that is sent as one request, at most 2 kB. @default none */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A stored object, and length and CRC-32 of the bytes that were sent for it. */
export interface SentObject extends StoredObject {
  readonly sent: Figures;
}

/** The SDK does not know streamed bodies; the client puts a stream in their place. */
function bodyOf(part: Part): { readonly Body: Uint8Array; readonly ContentLength: number } {
  return { Body: part as Uint8Array, ContentLength: part.length };
}

/**
 * Writes one object, create-only or in the place of a known one, from part buffers that it lends to
 * its caller.
 *
 * A single part is sent as one PutObject, several as a multipart upload. Both are conditional
 * (`If-None-Match: *`, or the ETag of the object to replace) and have a full-object CRC-32. S3
 * refuses a part that does not have the CRC-32 sent with it; if that CRC-32 was not computed from
 * the part's bytes, it proves these bytes too. Buffers are sent without a copy, and streamed bodies
 * are made again, so the SDK can repeat every request. Nothing is visible before `finish`; call
 * `abort` after any failure.
 *
 * Memory: the part buffers, for an object of any size.
 */
export class PartSink {
  readonly #client: S3Client;
  readonly #target: UploadTarget;
  readonly #signal: AbortSignal | undefined;
  readonly #condition: { readonly IfMatch: string } | { readonly IfNoneMatch: '*' };
  readonly #free: Uint8Array[];
  /** Number of own buffers that are not allocated yet: small objects need only one. */
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
      /** ETag of the object to replace, without quotes. @default none, the key must be free */
      readonly replaces?: string | undefined;
      /** Buffers to lend, each of {@link PART_BYTES}. @default two of its own */
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

  /** Lends an empty buffer. If all are in use, waits until one has been sent. */
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
   * Starts to send a lent buffer as the next part. The buffer is free again when it has been sent.
   *
   * @param crc CRC-32 that the part must have. @default computed from its bytes
   */
  send(part: Uint8Array, crc = crc32(part)): void {
    this.#begin(part, crc);
  }

  /** Sends a part that is made meanwhile, and waits for it. Such parts share their buffers. */
  async stream(part: StreamedBody, crc: number): Promise<void> {
    await this.#sendPart(part, crc);
  }

  /**
   * Sends the last part and makes the object visible, if its key is free or still has the object to
   * replace.
   *
   * @param facts.crc32 CRC-32 that the part must have. @default computed from its bytes; a
   * streamed one needs it
   * @param facts.content length and CRC-32 of the text, if it is compressed. An object that is
   * there already is compared by these, else by its own length and CRC-32.
   * @returns the stored object, which may be an equal one that was there before.
   * @throws {OutputConflictError} a different object is there.
   * @throws {UploadConflictError} the key changed during the upload: start again.
   */
  async finish(
    last: Part,
    facts: { readonly crc32?: number | undefined; readonly content?: Figures | undefined } = {},
  ): Promise<SentObject> {
    this.#content = facts.content;
    const crc = facts.crc32 ?? crc32(last as Uint8Array);
    if (this.#uploadId === undefined) return await this.#putWhole(last, crc);
    if (last.length > 0) this.#begin(last, crc);
    await Promise.all(this.#sending);
    if (this.#failure !== undefined) throw this.#failure;
    return await this.#complete(await this.#uploadId);
  }

  /**
   * Ends without a result: waits for the requests that were sent, then removes the parts. Never
   * throws.
   */
  async abort(): Promise<void> {
    await Promise.all(this.#sending);
    const UploadId = await this.#uploadId?.catch(() => undefined);
    if (UploadId === undefined) return;
    const { bucket, key } = this.#target;
    const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId });
    // If this fails, the bucket's lifecycle rule removes the parts later.
    await this.#client.send(command).catch(() => undefined);
  }

  #begin(part: Part, crc: number): void {
    const sending = this.#sendPart(part, crc)
      .then(() => {
        if (part instanceof Uint8Array) this.#free.push(part);
      })
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  #account(part: Part, crc: number): { ChecksumCRC32: string } {
    this.#crc = combineCrc32(this.#crc, crc, part.length);
    this.#bytes += part.length;
    return { ChecksumCRC32: crc32Base64(crc) };
  }

  async #putWhole(body: Part, crc: number): Promise<SentObject> {
    const checksum = this.#account(body, crc);
    const command = new PutObjectCommand({
      ...this.#address(),
      ...checksum,
      ContentType: this.#target.contentType,
      ...(this.#target.metadata && { Metadata: this.#target.metadata }),
      ...bodyOf(body),
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
    // Without the signal: if the request were aborted, the upload's id would be lost and its parts
    // could not be removed.
    const { UploadId } = await this.#client.send(command);
    if (UploadId === undefined) throw new UploadConflictError('S3 named no upload');
    return UploadId;
  }

  async #sendPart(part: Part, crc: number): Promise<void> {
    const checksum = this.#account(part, crc);
    const PartNumber = this.#parts.push({});
    this.#uploadId ??= this.#create();
    try {
      const command = new UploadPartCommand({
        ...this.#address(),
        ...checksum,
        UploadId: await this.#uploadId,
        PartNumber,
        ...bodyOf(part),
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

  /** Finds out from the stored object what a refused or unanswered commit means. */
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
