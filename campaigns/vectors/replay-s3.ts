import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3 } from '@aws-sdk/client-s3';
import { startS3Server } from '@sparse-fanout/local-cloud/s3/server.ts';
import { createTestS3, identifyTester } from '@sparse-fanout/local-cloud/testing/s3-client.ts';
import { createCertificate } from '@sparse-fanout/local-cloud/tls.ts';
import { XMLParser } from 'fast-xml-parser';
import { alignTypes, type ReplayReport } from './match.ts';
import { difference, type Masks } from './match-sfn.ts';

interface Expectation {
  readonly status: number | '2xx' | 'error';
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly errorFields?: Readonly<Record<string, string>>;
  readonly members?: Readonly<Record<string, unknown>>;
  readonly body?: string;
}

interface Step {
  readonly op: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly expect?: Expectation;
}

interface Vector {
  readonly id: string;
  readonly masks: readonly string[];
  readonly steps: readonly Step[];
}

/** What a server answered, in the form of a recording. */
interface Answer {
  readonly status: number;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly errorFields?: Readonly<Record<string, string>>;
  readonly members?: Readonly<Record<string, unknown>>;
  readonly body?: string;
}

/** The bytes of the last response, unchanged. */
interface Capture {
  status: number;
  body: Buffer;
}

/** Ends a replay: the server reports that it does not do what the recording needs. */
class Refused extends Error {}

const CONCURRENCY = 8;
const xml = new XMLParser({ parseTagValue: false, trimValues: false, htmlEntities: true });

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Looks `s3.Deleted[0].Key` up among the results. */
function resolveReference(path: string, results: readonly unknown[]): unknown {
  const [step = '', ...names] = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  let value: unknown = results[Number(step.slice(1)) - 1];
  for (const name of names)
    value = isRecord(value) || Array.isArray(value) ? Reflect.get(value, name) : undefined;
  return value;
}

function resolveText(text: string, results: readonly unknown[]): unknown {
  const [, path, filter] = /^\$\{([^|}]+)(\|unquote)?\}$/.exec(text) ?? [];
  if (path === undefined) return text;
  const value = resolveReference(path, results);
  return filter !== undefined && typeof value === 'string' ? value.replaceAll('"', '') : value;
}

/**
 * Replaces the recording's notations by values: references, repeated text, bytes, relative dates.
 */
function resolveValue(value: unknown, results: readonly unknown[], started: number): unknown {
  if (typeof value === 'string') return resolveText(value, results);
  if (Array.isArray(value)) return value.map((each) => resolveValue(each, results, started));
  if (!isRecord(value)) return value;
  const { $repeat, $base64, $relativeTimeSeconds, count } = value;
  if (typeof $repeat === 'string') return $repeat.repeat(Number(count));
  if (typeof $base64 === 'string') return Buffer.from($base64, 'base64');
  if (typeof $relativeTimeSeconds === 'number')
    return new Date(started + $relativeTimeSeconds * 1000);
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, each]) => [key, resolveValue(each, results, started)]),
  );
}

/** What boto3, which made the recordings, adds by itself and this SDK does not. */
function withClientDefaults(op: string, params: object): object {
  if (op.startsWith('list_object')) return { EncodingType: 'url', ...params };
  return op === 'put_object' ? { Body: new Uint8Array(), ...params } : params;
}

/** Keeps each response, and sends no Content-Type of its own, as boto3 does not. */
function observe(client: S3, capture: Capture): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const { request } = args;
      if (isRecord(request) && isRecord(request['headers']) && !('ContentType' in args.input)) {
        const isBytes = request['headers']['content-type'] === 'application/octet-stream';
        if (isBytes) Reflect.deleteProperty(request['headers'], 'content-type');
      }
      return next(args);
    },
    { step: 'build', priority: 'high' },
  );
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (!isRecord(response) || !(response['body'] instanceof Readable)) return result;
      const chunks: Buffer[] = [];
      for await (const chunk of response['body']) chunks.push(chunk);
      capture.status = Number(response['statusCode']);
      capture.body = Buffer.concat(chunks);
      Reflect.set(response, 'body', Readable.from([capture.body], { objectMode: false }));
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
}

function readError({ status, body }: Capture): Answer {
  if (body.length === 0) {
    return { status, errorCode: String(status), errorMessage: STATUS_CODES[status] ?? '' };
  }
  const { Code, Message, RequestId, HostId, ...errorFields } = xml.parse(body.toString()).Error;
  return { status, errorCode: Code, errorMessage: Message, errorFields };
}

async function perform(client: S3, capture: Capture, op: string, params: object): Promise<Answer> {
  const name = op.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const method: unknown = Reflect.get(client, name);
  if (typeof method !== 'function') throw new Error(`the SDK has no ${name}`);
  capture.status = 0;
  try {
    const result: unknown = await Reflect.apply(method, client, [params]);
    const { $metadata, Body, ...members } = isRecord(result) ? result : {};
    return { status: capture.status, members, body: capture.body.toString() };
  } catch (error) {
    if (capture.status < 300) throw error;
    return readError(capture);
  }
}

/**
 * When several parts of a Complete are wrong, AWS names any of them: in the recordings, answers to
 * equal requests name the first part or the last. So any wrong part of the request may be named.
 */
function withNamedPart(expected: Expectation, actual: Answer, params: object): Expectation {
  const upload: unknown = Reflect.get(params, 'MultipartUpload');
  const parts = isRecord(upload) && Array.isArray(upload['Parts']) ? upload['Parts'] : [];
  const { PartNumber = '', ETag = '' } = actual.errorFields ?? {};
  const isOfRequest = parts.some(
    (part) => String(part.PartNumber) === PartNumber && part.ETag.replaceAll('"', '') === ETag,
  );
  if (expected.errorCode !== 'InvalidPart' || !isOfRequest) return expected;
  return { ...expected, errorFields: { ...expected.errorFields, PartNumber, ETag } };
}

function compare(expected: Expectation, actual: Answer, masks: Masks): string | undefined {
  const { status, ...rest } = expected;
  const answered = JSON.stringify(actual).slice(0, 500);
  if (status === '2xx') return actual.status < 300 ? undefined : `answered ${answered}`;
  if (status !== 'error' && status !== actual.status) return `expected ${status}, got ${answered}`;
  const wanted = rest.errorCode === undefined ? rest : { errorFields: {}, ...rest };
  for (const part of ['errorCode', 'errorMessage', 'errorFields', 'members', 'body'] as const) {
    if (wanted[part] === undefined) continue;
    const given = part === 'errorFields' ? (actual.errorFields ?? {}) : actual[part];
    const found = difference(wanted[part], alignTypes(wanted[part], given), masks);
    if (found !== undefined) return `${part}: ${found}`;
  }
  return undefined;
}

function refusal(expected: Expectation, actual: Answer): string | undefined {
  if (actual.status !== 501 || expected.status === 501) return undefined;
  return actual.errorFields?.['Header'] ?? actual.errorMessage;
}

async function replaySteps(
  client: S3,
  { steps, masks: known }: Vector,
): Promise<string | undefined> {
  const started = Date.now();
  const capture: Capture = { status: 0, body: Buffer.alloc(0) };
  observe(client, capture);
  const masks: Masks = { known, values: new Map() };
  const results: unknown[] = [];
  for (const [at, step] of steps.entries()) {
    if (step.op === '$sleep') {
      await sleep(Number(step.params['seconds']) * 1000);
      results.push({});
      continue;
    }
    const resolved = Object(resolveValue(step.params, results, started));
    const params = withClientDefaults(step.op, resolved);
    const answer = await perform(client, capture, step.op, params);
    results.push(answer.members);
    const expected = step.expect ?? { status: '2xx' };
    const by = refusal(expected, answer);
    if (by !== undefined) throw new Refused(by);
    const found = compare(withNamedPart(expected, answer, params), answer, masks);
    if (found !== undefined) return `step ${at + 1} (${step.op}): ${found}`;
  }
  return undefined;
}

async function replay(path: string, tls: { key: string; cert: string }, report: ReplayReport) {
  const vector: Vector = JSON.parse(await readFile(path, 'utf8'));
  const { id } = vector;
  const directory = await mkdtemp(join(tmpdir(), 's3-vector-'));
  const server = await startS3Server({
    directory,
    tls,
    region: 'us-east-1',
    identify: identifyTester,
    authorize: () => {},
  });
  const client = createTestS3({ endpoint: server.endpoint, ca: tls.cert });
  try {
    const found = await replaySteps(client, vector);
    if (found === undefined) report.passed.push(id);
    else report.failed.push({ id, difference: found });
  } catch (error) {
    if (error instanceof Refused) report.refused.push({ id, by: error.message });
    else report.failed.push({ id, difference: String(error) });
  } finally {
    client.destroy();
    await server.close();
    await rm(directory, { recursive: true });
  }
}

/**
 * Replays the recordings of `<vectorsDirectory>/s3` against the local S3, each over HTTPS against a
 * server of its own, with the real SDK. Takes as long as the longest wait recorded, about ten
 * seconds.
 */
export async function replayS3(vectorsDirectory: string): Promise<ReplayReport> {
  const folder = join(vectorsDirectory, 's3');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const report: ReplayReport = { passed: [], refused: [], failed: [] };
  const certificates = await mkdtemp(join(tmpdir(), 's3-vectors-'));
  const tls = await createCertificate(certificates);
  const queue = files.values();
  const work = async () => {
    for (const name of queue) await replay(join(folder, name), tls, report);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  await rm(certificates, { recursive: true });
  return report;
}
