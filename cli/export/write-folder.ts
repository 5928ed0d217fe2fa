import { renameSync } from 'node:fs';
import { StreamedBody } from '#aws/streamed-body.ts';
import { createLink, DraftFile } from './draft-file.ts';
import type { MountedPlace } from './folder-mounts.ts';
import { FolderUploads } from './folder-uploads.ts';
import { fileState } from './read-folder.ts';
import { preconditionFailed } from './s3-answers.ts';

/** What the steps ask of writes, as the SDK names it. */
export interface WriteInput {
  readonly Body?: string | Uint8Array | StreamedBody;
  readonly IfMatch?: string;
  readonly ChecksumCRC32?: string;
  readonly UploadId?: string;
  readonly PartNumber?: number;
  readonly PartNumberMarker?: string;
  readonly MpuObjectSize?: number;
}

/** How the parts of an upload that threads share are written. */
export interface SharedParts {
  /** Only their lengths are wanted: nothing is written. */
  readonly isMeasured?: true;
  /** Where each of them begins, once all are measured. */
  readonly starts?: readonly number[];
}

async function* bytesOf(body: WriteInput['Body'] = ''): AsyncGenerator<Uint8Array> {
  if (body instanceof StreamedBody) yield* await body.open();
  else yield typeof body === 'string' ? Buffer.from(body) : body;
}

/** @throws {S3ServiceException} what a request replaces is not there. */
function assertReplaced({ IfMatch }: WriteInput, path: string): void {
  if (`"${fileState(path)?.etag}"` !== IfMatch) throw preconditionFailed(path);
}

/** Puts the file of an upload at its place under the condition of the request. */
function putAt(data: string, input: WriteInput, path: string): void {
  if (input.IfMatch !== undefined) {
    assertReplaced(input, path);
    renameSync(data, path);
  } else if (!createLink(data, path)) {
    throw preconditionFailed(path);
  }
}

/** Puts a draft at its place under the condition of the request. */
async function commit(
  draft: DraftFile,
  input: WriteInput,
  { mount, path }: MountedPlace,
): Promise<object> {
  const isPassing = mount.passing !== undefined && path.includes(`/${mount.passing}`);
  if (!isPassing) await draft.keep();
  putAt(draft.path, input, path);
  return { ETag: `"${fileState(path)?.etag}"` };
}

/**
 * Serves writes of mounted files as S3 serves those of objects: each is there whole or not at all.
 * Nothing that is there is written over, unless the request says what it replaces.
 */
export class FolderWrites {
  readonly #shared: SharedParts;
  readonly #uploads = new Map<string, FolderUploads>();

  constructor(shared: SharedParts) {
    this.#shared = shared;
  }

  /** @throws {S3ServiceException} something is there (412), or not what it replaces. */
  async put(input: WriteInput, place: MountedPlace): Promise<object> {
    const draft = DraftFile.open(place.mount.drafts!);
    try {
      for await (const piece of bytesOf(input.Body)) draft.write(piece);
      return await commit(draft, input, place);
    } finally {
      await draft.remove();
    }
  }

  async createUpload(place: MountedPlace): Promise<object> {
    return { UploadId: await this.#uploadsOf(place).begin() };
  }

  /** Writes a part where it belongs: as all are measured, or behind the one before. */
  async uploadPart(input: WriteInput, place: MountedPlace): Promise<object> {
    const { UploadId: id = '', PartNumber: number = 1, Body = '', ChecksumCRC32 } = input;
    const etag = { ETag: `"${number}"` };
    const { isMeasured, starts } = this.#shared;
    if (isMeasured) return etag;
    const uploads = this.#uploadsOf(place);
    await uploads.assertThere(id);
    const bytes = Body.length;
    const start = starts?.[number - 1] ?? (await uploads.startOf(id, number, bytes));
    const part = { number, start, bytes, crc32Base64: ChecksumCRC32 };
    await uploads.write(id, part, bytesOf(Body));
    return etag;
  }

  async listParts(input: WriteInput, place: MountedPlace): Promise<object> {
    const { UploadId: id = '', PartNumberMarker: after = '0' } = input;
    const uploads = this.#uploadsOf(place);
    await uploads.assertThere(id);
    const parts = await uploads.parts(id, Number(after));
    const Parts = parts.map(({ number, bytes, crc32Base64 }) => {
      return { PartNumber: number, Size: bytes, ETag: `"${number}"`, ChecksumCRC32: crc32Base64 };
    });
    const NextPartNumberMarker = `${parts.at(-1)?.number ?? after}`;
    return { Parts, IsTruncated: parts.length > 0, NextPartNumberMarker };
  }

  /** @throws {S3ServiceException} something is there (412). */
  async complete(input: WriteInput, place: MountedPlace): Promise<object> {
    const { UploadId: id = '', ChecksumCRC32 = '', MpuObjectSize = 0 } = input;
    const uploads = this.#uploadsOf(place);
    await uploads.assertThere(id);
    putAt(uploads.dataOf(id), input, place.path);
    await uploads.remove(id);
    const crc = Buffer.from(ChecksumCRC32, 'base64').toString('hex');
    return { ETag: `"${crc}-${MpuObjectSize.toString(16)}"` };
  }

  async abort({ UploadId: id = '' }: WriteInput, place: MountedPlace): Promise<object> {
    await this.#uploadsOf(place).remove(id);
    return {};
  }

  #uploadsOf({ mount }: MountedPlace): FolderUploads {
    const folder = mount.uploads!;
    const uploads = this.#uploads.get(folder) ?? new FolderUploads(folder);
    this.#uploads.set(folder, uploads);
    return uploads;
  }
}
