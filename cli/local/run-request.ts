import { readFile } from 'node:fs/promises';
import { UsageError } from '#cli/frame/usage-error.ts';
import { chunkingSection } from '#cli/options/chunking-options.ts';
import { assertNoInbox } from '#cli/options/inbox-request.ts';
import { outputSection } from '#cli/options/output-options.ts';
import { requestFileOf } from '#cli/options/request-argument.ts';
import {
  type GivenRequest,
  givenRequest,
  type RequestFields,
  withFlags,
} from '#cli/options/request-file.ts';
import { sourceSection } from '#cli/options/source-options.ts';
import { transformSection } from '#cli/options/transform-option.ts';
import { sourceKind } from '#cli/tables/source-kind.ts';
import { RequestError } from '#core/errors.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';
import type { Wing } from '#core/request/wing-fields.ts';
import type { LocalRunOptions } from './local-options.ts';

/** What `local run` was asked for. */
export interface AskedRun {
  readonly wing: Wing;
  /** Without `output.uri` and `output.mode`: the place is `--out`. */
  readonly given: GivenRequest;
  readonly mode: OutputMode;
}

/** What both wings have, and what is of tables alone. */
async function commonFlags(options: RequestOptions): Promise<RequestFields> {
  const { concurrency, maxCost: maxCostUsd, maxMinutes, dryRun } = options;
  const limits = {
    ...(concurrency !== undefined && { concurrency }),
    ...(maxCostUsd !== undefined && { maxCostUsd }),
    ...(maxMinutes !== undefined && { maxMinutes }),
  };
  return {
    source: sourceSection(options),
    ...(dryRun !== undefined && { dryRun }),
    ...(await transformSection(options)),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
}

async function schemaIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new RequestError(
      [`--schema ${file} is no JSON file (${(cause as Error).message}); infer proposes one`],
      { cause },
    );
  }
}

async function tableFlags(options: RequestOptions): Promise<RequestFields> {
  const { schema, onBadRow, outputFormat, compression, single, targetFileSize, files } = options;
  const { profile, naRep, index, header, delimiter, indexBase } = options;
  const words = { profile, naRep, index, header, delimiter };
  const isOfMatrices = Object.values(words).some((word) => word !== undefined);
  return {
    ...(schema !== undefined && { schema: await schemaIn(schema) }),
    ...(onBadRow !== undefined && { onBadRow }),
    ...chunkingSection(options),
    output: {
      ...(outputFormat !== undefined && { format: outputFormat }),
      ...(compression !== undefined && { compression }),
      ...(single !== undefined && { single }),
      ...(targetFileSize !== undefined && { targetFileBytes: targetFileSize }),
      ...(files !== undefined && { files }),
      ...(isOfMatrices && { text: words }),
      ...(indexBase !== undefined && { zeroBased: indexBase === '0' }),
    },
  };
}

function matrixFlags(options: RequestOptions): RequestFields {
  const { schema, onBadRow, targetFileSize, files } = options;
  return {
    ...chunkingSection(options),
    ...(schema !== undefined && { schema }),
    ...(onBadRow !== undefined && { onBadRow }),
    output: {
      ...outputSection(options, options.header),
      ...(targetFileSize !== undefined && { targetFileBytes: targetFileSize }),
      ...(files !== undefined && { files }),
    },
  };
}

/** The request of the file and the flags, and the mode, which is of the directory here. */
function withoutPlace(given: GivenRequest, asked: OutputMode | undefined) {
  const { uri: _, mode, ...output } = (given.fields['output'] ?? {}) as RequestFields;
  const fields = { ...given.fields, output };
  return { given: { ...given, fields }, mode: asked ?? ((mode ?? 'create') as OutputMode) };
}

/** Options that say what is to be run, wherever that is. */
export type RequestOptions = Omit<LocalRunOptions, 'out' | 'state' | 'sample' | 'transforms'>;

/**
 * The request of a command line: flags win over the fields of `--request`, or of a request in a
 * file that is the only argument. A field of the other wing is left in the request, whose parser
 * names it.
 *
 * @param kindOf finds of which wing a source is, where no flag says it.
 * @throws {RequestError} a file is no request, or no schema.
 * @throws {UsageError} no source is named.
 */
export async function askedRequest(
  locations: readonly string[],
  options: RequestOptions,
  kindOf: (said: GivenRequest) => Promise<Wing>,
): Promise<Omit<AskedRun, 'mode'>> {
  const flagged = await commonFlags(options);
  const file = options.request === undefined ? await requestFileOf(locations) : undefined;
  const said = await givenRequest({
    locations: file === undefined ? locations : [],
    request: options.request ?? file,
    flags: flagged,
  });
  const hasSchema = options.schema !== undefined;
  const wing = hasSchema ? 'table' : await kindOf(said);
  const flags = wing === 'table' ? await tableFlags(options) : matrixFlags(options);
  return { wing, given: withFlags(said, flags) };
}

/**
 * Finds out what `local run` is asked for.
 *
 * @throws {RequestError} a file is no request, or no schema.
 * @throws {UsageError} no source is named, it is an inbox, or a sample is wanted of a matrix.
 */
export async function askedRun(
  locations: readonly string[],
  options: LocalRunOptions,
  signal: AbortSignal,
): Promise<AskedRun> {
  const { wing, given } = await askedRequest(locations, options, async (said) => {
    assertNoInbox(said);
    return await sourceKind(said, signal);
  });
  assertNoInbox(given);
  const { sample, mode } = options;
  if (sample !== undefined && wing !== 'table') {
    throw new UsageError(
      '--sample takes the first rows of a table, but the source is a matrix; leave --sample out',
    );
  }
  // A sample is no generation of anything: the mode of a request is of its own output.
  return { wing, ...withoutPlace(given, sample === undefined ? mode : 'create') };
}
