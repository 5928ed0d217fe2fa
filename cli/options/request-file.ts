import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { UsageError } from '#cli/frame/usage-error.ts';
import { RequestError } from '#core/errors.ts';
import { readsDatabase } from '#core/request/wing.ts';

/** The fields of a request that is not parsed yet. */
export type RequestFields = Readonly<Record<string, unknown>>;

/** A request as a command was given it: its file, and what stands beside it. */
export interface GivenRequest {
  /** Files, folders and `s3://` URIs of the source, in order. */
  readonly locations: readonly string[];
  /** The whole request but for `source.uri` and `source.uris`. */
  readonly fields: RequestFields & { readonly source: RequestFields };
  /** `source.inbox` of the file, whose folder is the source where no other is named. */
  readonly inbox?: RequestFields;
  /** The file alone, if there is one: what is wrong in it is said with its name. */
  readonly file?: { readonly name: string; readonly given: GivenRequest };
}

/** Where a request comes from. */
export interface RequestPlaces {
  /** Arguments of the command; they win over the file's. */
  readonly locations: readonly string[];
  /** `--request`. */
  readonly request?: string | undefined;
  /** Fields that flags set; they win over the file's, one by one. */
  readonly flags: RequestFields;
}

/** Stands for the standard input. */
const STANDARD_INPUT = '-';

/** Adds `--request`. */
export function addRequestOption(command: Command): Command {
  return command.option(
    '--request <file.json>',
    'a whole request, as the Step Functions console takes it; - for standard input; flags win over it',
  );
}

function isFields(value: unknown): value is RequestFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shownFile(file: string): string {
  return file === STANDARD_INPUT ? 'the request on standard input' : file;
}

/** @throws {RequestError} naming the file, with what is wrong in it. */
function refuse(file: string, what: string, cause?: unknown): never {
  throw new RequestError([`${shownFile(file)} ${what}`], { cause });
}

async function readFields(file: string): Promise<RequestFields> {
  const content = file === STANDARD_INPUT ? text(process.stdin) : readFile(file, 'utf8');
  const json = await content.catch((cause: unknown) =>
    refuse(file, 'cannot be read; give a file with a request, or - for standard input', cause),
  );
  try {
    const fields: unknown = JSON.parse(json);
    if (isFields(fields)) return fields;
  } catch (cause) {
    refuse(
      file,
      `is no JSON (${(cause as Error).message}); give a request as one JSON object`,
      cause,
    );
  }
  return refuse(file, 'is no JSON object; give a request such as { "source": "s3://bucket/key" }');
}

/** Objects are laid over field by field; `chunking` is one thing, as its fields exclude others. */
function overlaid(under: RequestFields, over: RequestFields): RequestFields {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    const isLaid = key !== 'chunking' && isFields(value) && isFields(below);
    merged[key] = isLaid ? overlaid(below, value) : value;
  }
  return merged;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/**
 * The objects that a request names.
 *
 * @throws {RequestError} there are none, or they are named twice.
 */
function locationsIn(file: string, { uri, uris }: RequestFields): readonly string[] {
  if (uri !== undefined && uris !== undefined) {
    refuse(file, 'has both source.uri and source.uris; give one of them');
  }
  const given = uris ?? [uri];
  if (Array.isArray(given) && given.length > 0 && given.every(isText)) return given;
  return refuse(
    file,
    'names no source; give source.uri (an S3 URI or a path), or a list of them as source.uris',
  );
}

/** The request of a file by itself. */
async function readGiven(file: string): Promise<GivenRequest> {
  const { source, ...others } = await readFields(file);
  const section = typeof source === 'string' ? { uri: source } : (source ?? {});
  if (!isFields(section)) return refuse(file, 'has a source that is neither a text nor an object');
  const { uri, uris, inbox, ...rest } = section;
  const named = uri !== undefined || uris !== undefined;
  const fields = { ...others, source: rest };
  if (named || inbox === undefined) {
    return { locations: named ? locationsIn(file, { uri, uris }) : [], fields };
  }
  if (!isFields(inbox)) return refuse(file, 'has a source.inbox that is no object with its uri');
  return { locations: locationsIn(file, { uri: inbox['uri'] }), fields, inbox };
}

/** The request with fields that flags set over it. */
export function withFlags(given: GivenRequest, flags: RequestFields): GivenRequest {
  const fields = overlaid(given.fields, flags);
  return { ...given, fields: { ...fields, source: fields['source'] as RequestFields } };
}

const NO_REQUEST: GivenRequest = { locations: [], fields: { source: {} } };

/**
 * The request of a command line: that of `--request` with arguments and flags over it. It may name
 * files and folders as well as S3 URIs. Nothing but its source is looked at: {@link parseGiven}.
 *
 * @throws {RequestError} the file cannot be read or holds no request; names the file.
 * @throws {UsageError} neither the file nor the command line names a source.
 */
export async function givenRequest({
  locations,
  request,
  flags,
}: RequestPlaces): Promise<GivenRequest> {
  const given = request === undefined ? NO_REQUEST : await readGiven(request);
  // A version is of the object that stands beside it.
  const { versionId: _, ...unversioned } = given.fields.source;
  const source = locations.length > 0 ? unversioned : given.fields.source;
  const asked = {
    locations: locations.length > 0 ? locations : given.locations,
    fields: { ...given.fields, source },
    ...(given.inbox && locations.length === 0 && { inbox: given.inbox }),
    ...(request !== undefined && { file: { name: shownFile(request), given } }),
  };
  if (asked.locations.length > 0 || readsDatabase(asked.fields)) return withFlags(asked, flags);
  throw new UsageError('a source is missing; name files or s3:// URIs, or a request by --request');
}

/**
 * Parses a request; that of the file by itself first, so that its problems name it.
 *
 * @throws {RequestError} as `parse` does.
 */
export function parseGiven<T>(given: GivenRequest, parse: (given: GivenRequest) => T): T {
  const { file } = given;
  try {
    if (file !== undefined) parse(file.given);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const problems = error.problems.map((problem) => `${file?.name}: ${problem}`);
    throw new RequestError(problems, { cause: error });
  }
  return parse(given);
}

/** The request as the stack takes it, with the objects at `uris` as its source, if any. */
export function requestOf({ fields }: GivenRequest, uris: readonly string[]): RequestFields {
  const listed = uris.length === 1 ? { uri: uris[0] } : { uris };
  const place = uris.length === 0 ? {} : listed;
  return { ...fields, source: { ...place, ...fields.source } };
}
