import * as z from 'zod/mini';
import type { RequestDefaults } from '#core/contract.ts';
import { RequestError } from '#core/errors.ts';
import { folderOfMeta, isFolderUri } from '#core/objects/folder-uri.ts';
import { DEFAULT_KIND } from '#core/outputs/output-kinds.ts';
import {
  type Chunking,
  DEFAULT_CONCURRENCY,
  DEFAULT_OUTPUT_BYTES,
  type ExportRequest,
  type RequestBody,
  requestSchema,
} from './request-schema.ts';

/** An S3 event as EventBridge delivers it; only what names the object is read. */
const s3EventSchema = z.object({
  'detail-type': z.literal('Object Created'),
  source: z.literal('aws.s3'),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string(), 'version-id': z.optional(z.string()) }),
  }),
});

const MAX_GIVEN_CHARACTERS = 60;

function given(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > MAX_GIVEN_CHARACTERS ? `${text.slice(0, MAX_GIVEN_CHARACTERS)}…` : text;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What was given at the path of an issue. Where the kind is unknown, zod gives the whole object.
 */
function inputOf({ input, path, code }: z.core.$ZodIssue): unknown {
  const field = path.at(-1);
  const isKind = code === 'invalid_union' && isObject(input) && typeof field === 'string';
  return isKind && field in input ? input[field] : input;
}

function sentence(issue: z.core.$ZodIssue): string {
  const where = issue.path.length > 0 ? issue.path.join('.') : 'the request';
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => `"${key}"`).join(', ');
    return `${where} has unknown keys ${keys}; see the request fields in the README`;
  }
  return `${where} must be ${issue.message}, got ${given(inputOf(issue))}`;
}

/** The request that an "Object Created" event stands for; anything else is returned as it is. */
function fromS3Event(input: unknown): unknown {
  const event = s3EventSchema.safeParse(input);
  if (!event.success) return input;
  const { bucket, object } = event.data.detail;
  const uri = `s3://${bucket.name}/${object.key}`;
  const versionId = object['version-id'];
  return { source: versionId === undefined ? uri : { uri, versionId } };
}

/**
 * Fills in the deployment's defaults, field by field; `chunking` is taken from one of the two as a
 * whole.
 */
function withDefaults(input: unknown, defaults: RequestDefaults): unknown {
  if (!isObject(input)) return input;
  const merged: Record<string, unknown> = { ...defaults, ...input };
  for (const section of ['output', 'limits'] as const) {
    const preset = defaults[section];
    const asked = input[section];
    if (isObject(preset) && isObject(asked)) merged[section] = { ...preset, ...asked };
  }
  const { output = {} } = merged;
  if (isObject(output)) merged['output'] = { format: DEFAULT_KIND, ...output };
  return merged;
}

function sourceOf({ source }: RequestBody): ExportRequest['source'] {
  const { uri, uris = [], versionId, order, columnNames, ...options } = source;
  const named = (uri === undefined ? uris : [uri]).map(folderOfMeta);
  const version = isFolderUri(named[0]!) ? undefined : versionId;
  return {
    uris: named,
    ...(version !== undefined && { versionId: version }),
    ...(order !== undefined && { order }),
    ...(columnNames !== undefined && { columnNames }),
    options,
  };
}

function chunkingOf(body: RequestBody): Chunking {
  const { rows, targetBytes } = body.chunking ?? {};
  if (rows !== undefined) return { rows };
  return targetBytes === undefined ? 'automatic' : { targetBytes };
}

function outputUriOf(body: RequestBody): string | null {
  const { uri } = body.output;
  if (uri === undefined) return null;
  return uri.endsWith('/') ? uri : `${uri}/`;
}

/**
 * Turns the input of an execution into a request with every default filled in.
 *
 * Accepts the request itself, or an S3 event as EventBridge delivers it.
 *
 * @param defaults sections that the deployment presets; used where the input does not say.
 * @throws {RequestError} with every problem found, each with what was given and what is allowed.
 * @example
 * const request = parseRequest({ source: { uri: 's3://bucket/matrix.npz' } });
 * console.log(request.chunking, request.output.spec); // the defaults
 */
export function parseRequest(input: unknown, defaults: RequestDefaults = {}): ExportRequest {
  const request = withDefaults(fromS3Event(input), defaults);
  const parsed = requestSchema.safeParse(request, { reportInput: true });
  if (!parsed.success) throw new RequestError(parsed.error.issues.map(sentence));
  const body = parsed.data;
  return {
    source: sourceOf(body),
    expect: body.expect ?? {},
    output: {
      uri: outputUriOf(body),
      mode: body.output.mode ?? 'create',
      spec: body.output.spec,
    },
    chunking: chunkingOf(body),
    concurrency: body.limits?.concurrency ?? DEFAULT_CONCURRENCY,
    outputBytes: body.limits?.outputBytes ?? DEFAULT_OUTPUT_BYTES,
    dryRun: body.dryRun ?? false,
  };
}
