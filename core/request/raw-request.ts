import * as z from 'zod/mini';
import type { RequestDefaults } from '#core/contract.ts';
import { RequestError } from '#core/errors.ts';
import { otherWingSentence, type Wing } from './wing-fields.ts';

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

/** User and password of a URL must not stand in a message. */
const LOGIN_IN_URL = /\/\/[^/"\s]*@/g;

function given(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return shortened(text.replaceAll(LOGIN_IN_URL, '//…@'));
}

function shortened(text: string): string {
  return text.length > MAX_GIVEN_CHARACTERS ? `${text.slice(0, MAX_GIVEN_CHARACTERS)}…` : text;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
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

/** Fields that hold what a secret has. */
const LOGIN = /host|user|pass|secret|port|ur[il]|arn|dsn/i;

function sentence(issue: z.core.$ZodIssue, wing: Wing): string {
  const where = issue.path.length > 0 ? issue.path.join('.') : 'the request';
  if (issue.code === 'unrecognized_keys') {
    const other = otherWingSentence(issue, wing);
    if (other !== undefined) return other;
    const keys = issue.keys.map((key) => `"${key}"`).join(', ');
    if (issue.path.at(-1) === 'postgres' && issue.keys.some((key) => LOGIN.test(key))) {
      return `${where} has ${keys}, which a request cannot have: host, user and password are those of the connection's secret; leave it out`;
    }
    return `${where} has unknown keys ${keys}; see docs/request.md`;
  }
  return `${where} must be ${issue.message}, got ${given(inputOf(issue))}`;
}

/** The request that an "Object Created" event stands for; anything else is returned as it is. */
export function fromS3Event(input: unknown): unknown {
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
 *
 * @param formatOf the format of an `output` that says none.
 */
export function withDefaults(
  input: unknown,
  defaults: RequestDefaults,
  formatOf: (output: object) => string,
): unknown {
  if (!isObject(input)) return input;
  const merged: Record<string, unknown> = { ...defaults, ...input };
  for (const section of ['output', 'limits'] as const) {
    const preset = defaults[section];
    const asked = input[section];
    if (isObject(preset) && isObject(asked)) merged[section] = { ...preset, ...asked };
  }
  const { output = {} } = merged;
  if (isObject(output)) merged['output'] = { format: formatOf(output), ...output };
  return merged;
}

/**
 * Parses the merged input of an execution.
 *
 * @throws {RequestError} with every problem found, each with what was given and what is allowed.
 */
export function parseBody<T>(schema: z.ZodMiniType<T>, request: unknown, wing: Wing): T {
  const parsed = schema.safeParse(request, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new RequestError(parsed.error.issues.map((issue) => sentence(issue, wing)));
}
