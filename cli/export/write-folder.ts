import { randomUUID } from 'node:crypto';
import { StreamedBody } from '#aws/streamed-body.ts';
import { DraftFile } from './draft-file.ts';
import type { MountedPlace } from './folder-mounts.ts';
import { fileState } from './read-folder.ts';
import { preconditionFailed, s3Error } from './s3-answers.ts';

/** What the steps ask of writes, as the SDK names it. */
export interface WriteInput {
  readonly Body?: string | Uint8Array | StreamedBody;
  readonly IfNoneMatch?: string;
  readonly IfMatch?: string;
  readonly UploadId?: string;
  readonly PartNumber?: number;
}

/** A file that is written in parts. */
interface Upload {
  readonly draft: DraftFile;
  /** Where each part ends, once it is known: parts may come in any order. */
  readonly ends: Map<number, PromiseWithResolvers<number>>;
}

async function* bytesOf(body: WriteInput['Body'] = ''): AsyncGenerator<Uint8Array> {
  if (body instanceof StreamedBody) yield* await body.open();
  else yield typeof body === 'string' ? Buffer.from(body) : body;
}

/** Writes a body from an offset on. @returns where it ends */
async function writeAt(
  { handle }: DraftFile,
  body: WriteInput['Body'],
  offset: number,
): Promise<number> {
  let at = offset;
  for await (const piece of bytesOf(body)) {
    for (let done = 0; done < piece.length; ) {
      done += (await handle.write(piece, done, piece.length - done, at + done)).bytesWritten;
    }
    at += piece.length;
  }
  return at;
}

/** Puts a draft at its place under the condition of the request. */
async function commit(
  draft: DraftFile,
  { IfMatch }: WriteInput,
  { mount, path }: MountedPlace,
): Promise<object> {
  const isPassing = mount.passing !== undefined && path.includes(`/${mount.passing}`);
  if (!isPassing) await draft.keep();
  if (IfMatch === undefined) {
    if (!(await draft.create(path))) throw preconditionFailed(path);
  } else {
    if (`"${(await fileState(path))?.etag}"` !== IfMatch) throw preconditionFailed(path);
    await draft.replace(path);
  }
  return { ETag: `"${(await fileState(path))?.etag}"` };
}

/**
 * Serves writes of mounted files as S3 serves those of objects: each is there whole or not at all.
 * Nothing that is there is written over, unless the request says what it replaces.
 */
export class FolderWrites {
  readonly #uploads = new Map<string, Upload>();

  /** @throws {S3ServiceException} something is there (412), or not what it replaces. */
  async put(input: WriteInput, place: MountedPlace): Promise<object> {
    const draft = await DraftFile.open(place.mount.drafts!);
    try {
      await writeAt(draft, input.Body, 0);
      return await commit(draft, input, place);
    } finally {
      await draft.remove();
    }
  }

  async createUpload({ mount }: MountedPlace): Promise<object> {
    const UploadId = randomUUID();
    this.#uploads.set(UploadId, { draft: await DraftFile.open(mount.drafts!), ends: new Map() });
    return { UploadId };
  }

  /** Each part begins where the one before it ends, so this waits for that to be known. */
  async uploadPart({ UploadId, PartNumber = 1, Body = '' }: WriteInput): Promise<object> {
    const upload = this.#uploadOf(UploadId);
    const start = PartNumber === 1 ? 0 : await this.#endOf(upload, PartNumber - 1).promise;
    this.#endOf(upload, PartNumber).resolve(start + Body.length);
    await writeAt(upload.draft, Body, start);
    return { ETag: `"${PartNumber}"` };
  }

  async complete(input: WriteInput, place: MountedPlace): Promise<object> {
    const { draft } = this.#uploadOf(input.UploadId);
    const answer = await commit(draft, input, place);
    await this.abort(input);
    return answer;
  }

  async abort({ UploadId = '' }: WriteInput): Promise<object> {
    const { draft } = this.#uploadOf(UploadId);
    this.#uploads.delete(UploadId);
    await draft.remove();
    return {};
  }

  #endOf({ ends }: Upload, part: number): PromiseWithResolvers<number> {
    const end = ends.get(part) ?? Promise.withResolvers<number>();
    ends.set(part, end);
    return end;
  }

  #uploadOf(id = ''): Upload {
    const upload = this.#uploads.get(id);
    if (upload !== undefined) return upload;
    throw s3Error('NoSuchUpload', 404, `there is no upload ${id}`);
  }
}
