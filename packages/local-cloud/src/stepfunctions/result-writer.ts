import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResultWriter } from './definition.ts';
import { StatesError } from './errors.ts';
import { isJsonArray, type Json, type JsonObject, parseJson } from './json.ts';
import type { ChildRecord } from './map-records.ts';
import type { Services } from './services.ts';

/** AWS starts another file after 5 GB. */
const MAX_FILE_BYTES = 5 * 2 ** 30;

/** Files of one kind, as the manifest lists them. */
type Kind = 'SUCCEEDED' | 'FAILED' | 'PENDING';

/** A child as exports describe it, members in AWS's order. */
function describeChild(record: ChildRecord): JsonObject {
  const { error, cause, output, startDate, stopDate } = record;
  const date = (time: number) => new Date(time).toISOString();
  return {
    ...(cause !== undefined && { Cause: cause }),
    ...(error !== undefined && { Error: error }),
    ExecutionArn: record.executionArn,
    Input: record.input,
    InputDetails: { Included: true },
    Name: record.name,
    ...(output !== undefined && { Output: output, OutputDetails: { Included: true } }),
    RedriveCount: record.redriveCount,
    ...(startDate !== undefined && { StartDate: date(startDate) }),
    StateMachineArn: record.stateMachineArn,
    Status: record.status,
    ...(stopDate !== undefined && { StopDate: date(stopDate) }),
  };
}

/**
 * What a child contributes to the results: none or more values. A failed one is always described in
 * full.
 */
export function transformResult(
  record: ChildRecord,
  transformation: ResultWriter['transformation'],
): readonly Json[] {
  if (transformation === 'NONE' || record.output === undefined) return [describeChild(record)];
  const output = parseJson(record.output);
  return transformation === 'FLATTEN' && isJsonArray(output) ? output : [output];
}

function kindOf({ status }: ChildRecord): Kind {
  if (status === 'SUCCEEDED' || status === 'PENDING') return status;
  return 'FAILED';
}

/** Writes values as one JSON array or as lines, into a file on this machine. */
class ResultFile {
  readonly path: string;
  readonly #isArray: boolean;
  #handle: FileHandle | undefined;
  #bytes = 0;

  constructor(path: string, outputType: ResultWriter['outputType']) {
    this.path = path;
    this.#isArray = outputType === 'JSON';
  }

  get bytes(): number {
    return this.#bytes;
  }

  async add(value: Json): Promise<void> {
    const text = JSON.stringify(value);
    const separator = this.#bytes === 0 ? '[' : ',';
    await this.#write(this.#isArray ? `${separator}${text}` : `${text}\n`);
  }

  async close(): Promise<void> {
    if (this.#isArray) await this.#write(this.#bytes === 0 ? '[]' : ']');
    await this.abandon();
  }

  /** Closes the file as it is. */
  async abandon(): Promise<void> {
    await this.#handle?.close();
  }

  async #write(text: string): Promise<void> {
    this.#handle ??= await open(this.path, 'w');
    await this.#handle.appendFile(text);
    this.#bytes += Buffer.byteLength(text);
  }
}

/** Where and how the results of one map run are exported. */
export interface Export {
  readonly services: Services;
  readonly accessKeyId: string;
  readonly bucket: string;
  /** The writer's prefix. */
  readonly prefix: string;
  readonly mapRunArn: string;
  readonly writer: ResultWriter;
  /** @default 5 GiB, AWS's */
  readonly maxFileBytes?: number;
}

/** Uploads the files of one export as they fill, and remembers them for the manifest. */
class Exporter {
  readonly #to: Export;
  readonly #directory: string;
  readonly #root: string;
  readonly #files = new Map<Kind, ResultFile>();
  readonly #listed = { FAILED: [] as Json[], PENDING: [] as Json[], SUCCEEDED: [] as Json[] };

  constructor(to: Export, directory: string) {
    this.#to = to;
    this.#directory = directory;
    const id = to.mapRunArn.split(':').at(-1);
    this.#root = [to.prefix.replace(/\/$/, ''), id].filter((part) => part !== '').join('/');
  }

  async add(record: ChildRecord): Promise<void> {
    const kind = kindOf(record);
    for (const value of transformResult(record, this.#to.writer.transformation)) {
      const file = this.#files.get(kind) ?? this.#open(kind);
      await file.add(value);
      if (file.bytes >= (this.#to.maxFileBytes ?? MAX_FILE_BYTES)) await this.#upload(kind, file);
    }
  }

  /** Uploads what is left and the manifest; gives the manifest's key. */
  async finish(): Promise<string> {
    for (const [kind, file] of this.#files) await this.#upload(kind, file);
    const manifest = {
      DestinationBucket: this.#to.bucket,
      MapRunArn: this.#to.mapRunArn,
      ResultFiles: this.#listed,
    };
    const key = `${this.#root}/manifest.json`;
    const text = Buffer.from(JSON.stringify(manifest));
    const path = join(this.#directory, 'manifest.json');
    const handle = await open(path, 'w');
    await handle.writeFile(text);
    await handle.close();
    await this.#put(key, path, text.byteLength);
    return key;
  }

  /** Closes the files that were not uploaded. */
  async abandon(): Promise<void> {
    for (const file of this.#files.values()) await file.abandon();
  }

  #open(kind: Kind): ResultFile {
    const { outputType } = this.#to.writer;
    const name = `${kind}_${this.#listed[kind].length}.${outputType.toLowerCase()}`;
    const file = new ResultFile(join(this.#directory, name), outputType);
    this.#files.set(kind, file);
    return file;
  }

  async #upload(kind: Kind, file: ResultFile): Promise<void> {
    await file.close();
    this.#files.delete(kind);
    const key = `${this.#root}/${file.path.split('/').at(-1)}`;
    await this.#put(key, file.path, file.bytes);
    this.#listed[kind].push({ Key: key, Size: file.bytes });
    await rm(file.path);
  }

  async #put(key: string, path: string, contentLength: number): Promise<void> {
    const { services, bucket, accessKeyId } = this.#to;
    const body = () => createReadStream(path);
    try {
      await services.writeObject({ bucket, key, body, contentLength, accessKeyId });
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      const reason = `Unable to write s3://${bucket}/${key}: ${name}: ${message}`;
      throw new StatesError('States.ResultWriterFailed', reason, { cause: error });
    }
  }
}

/**
 * Exports the results of a map run as AWS does: `SUCCEEDED_n`, `FAILED_n` and `PENDING_n` files,
 * then `manifest.json`, under `<prefix>/<id of the map run>/`. Holds one record at a time; the
 * files pass through the temporary directory.
 *
 * @returns key of the manifest.
 * @throws {StatesError} `States.ResultWriterFailed`
 */
export async function exportResults(
  to: Export,
  records: AsyncIterable<ChildRecord>,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'map-results-'));
  const exporter = new Exporter(to, directory);
  try {
    for await (const record of records) await exporter.add(record);
    return await exporter.finish();
  } finally {
    await exporter.abandon();
    await rm(directory, { recursive: true, force: true });
  }
}
