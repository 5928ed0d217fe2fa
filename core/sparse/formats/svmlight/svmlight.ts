import { BoundExceededError, RequestError } from '#core/errors.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import { defaultNames } from '#core/sparse/default-names.ts';
import type { FormatInput, MatrixFormat, Resolution } from '#core/sparse/formats/matrix-format.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import {
  requireIndexed,
  resolveIndex,
  stageTextIndex,
} from '#core/sparse/formats/texts/indexed-text.ts';
import type { PartLayout } from '#core/sparse/layout/matrix-layout.ts';
import type { Names } from '#core/sparse/names.ts';
import { PARTS_PREFIX, partName } from '#core/sparse/stage/stage-names.ts';
import { findCsrPart } from '#core/sparse/stage/staged-rows.ts';
import { INDEX_ROUND } from '#core/stage/stage-index.ts';
import { openText, type TextOptions, type TextSource } from '#core/text/text-source.ts';
import { stageConvert } from './convert.ts';
import { assertExtreme, type ExtremeHeader, readExtremeHeader } from './extreme-header.ts';
import { looksLike, matches } from './matches.ts';
import { readScans, type Scan, scanName, stageScan } from './scan.ts';

/** Number of the first column. */
type Base = 0 | 1;

/** A text, and the header of an Extreme Classification file if it has one. */
interface OpenedText {
  readonly text: TextSource;
  readonly header: ExtremeHeader | undefined;
  /** Offset of the first row. */
  readonly from: number;
}

async function open(text: TextSource): Promise<OpenedText> {
  const header = await readExtremeHeader(text);
  return { text, header, from: header?.end ?? 0 };
}

/** Opens a text whose seek index, if it needs one, is there. */
async function reopen({ source, staged }: FormatInput, options: TextOptions): Promise<OpenedText> {
  return await open(await requireIndexed(await openText(source, options), staged));
}

/**
 * Names of the round that converts, by base. The name has what the scans found, so the jobs need
 * not read all scans.
 */
const CONVERT_ROUNDS: readonly [string, string] = ['convert-zero-based', 'convert-one-based'];

const MAX_COLUMNS = 2 ** 31 - 1;

/** Beside more features than these a label's column has no name, because all names are kept. */
const MAX_NAMED_FEATURES = 2 ** 24;

function lowestOf({ zeroBased }: SourceOptions): Base {
  return zeroBased === false ? 1 : 0;
}

/** Lowest and highest index of all scans. */
function indicesOf(scans: readonly Scan[]): readonly [lowest: number, highest: number] | undefined {
  const found = scans.flatMap(({ indices }) => (indices === null ? [] : [indices]));
  if (found.length === 0) return undefined;
  return [
    found.reduce((lowest, [index]) => Math.min(lowest, index), MAX_COLUMNS),
    found.reduce((highest, [, index]) => Math.max(highest, index), 0),
  ];
}

/**
 * The base as scikit-learn decides it: 1 if there are indices and none of them is 0. Extreme
 * Classification files count from 0.
 */
function baseOf(
  { header }: OpenedText,
  { zeroBased }: SourceOptions,
  scans: readonly Scan[],
): Base {
  const [lowest = 0] = indicesOf(scans) ?? [];
  return (zeroBased ?? (header !== undefined || lowest === 0)) ? 0 : 1;
}

function columnsOf(opened: OpenedText, options: SourceOptions, scans: readonly Scan[]): number {
  const { header } = opened;
  const { uri } = opened.text;
  const [, highest] = indicesOf(scans) ?? [];
  const needed = highest === undefined ? 0 : highest - baseOf(opened, options, scans) + 1;
  if (header !== undefined) {
    const rows = scans.reduce((sum, scan) => sum + scan.rows, 0);
    assertExtreme(uri, header, { rows, features: needed });
  }
  // In scikit-learn a matrix without entries has one column.
  const found = header?.features ?? Math.max(needed, 1);
  const { columns = found, labels = false } = options;
  if (columns < found) {
    throw new RequestError([
      `columns is ${columns}, but ${uri} has entries in column ${found}; give at least ${found}, or leave it out`,
    ]);
  }
  if (columns + Number(labels) <= MAX_COLUMNS) return columns + Number(labels);
  throw new BoundExceededError(
    `${uri} has ${columns + Number(labels)} columns, allowed are at most ${MAX_COLUMNS}; split the matrix by columns`,
  );
}

function jobsOf(round: string, indexes: readonly number[]): Resolution {
  return { jobs: indexes.map((index) => ({ round, index })) };
}

/** The layout of the converted parts, or the jobs whose parts are missing. */
async function resolveParts(
  opened: OpenedText,
  { options, staged }: FormatInput,
  scans: readonly Scan[],
): Promise<Resolution> {
  const found = await staged.list(PARTS_PREFIX);
  const columns = columnsOf(opened, options, scans);
  const parts: PartLayout[] = [];
  const missing: number[] = [];
  // A text without rows is converted to one part without rows.
  const isEmpty = scans.every(({ segments }) => segments.length === 0);
  for (const [job, scan] of scans.entries()) {
    const segments = isEmpty && job === 0 ? [0] : scan.segments;
    const ofJob = segments.map((segment) => findCsrPart(found, partName(segment), 'float64'));
    const there = ofJob.filter((part) => part !== undefined);
    parts.push(...there);
    if (there.length < ofJob.length) missing.push(job);
  }
  if (missing.length > 0) return jobsOf(CONVERT_ROUNDS[baseOf(opened, options, scans)], missing);
  return {
    layout: {
      kind: 'matrix',
      format: 'svmlight',
      shape: [parts.reduce((sum, { rows }) => sum + rows, 0), columns],
      dtype: 'float64',
      nnz: parts.reduce((sum, { nnz }) => sum + nnz, 0),
      parts,
    },
  };
}

/** Names of the label's column and of `count` features, which have none but their numbers. */
function labelledNames(uri: string, count: number): Names {
  return {
    uri,
    async *read() {
      yield ['label'];
      yield* defaultNames(count).read();
    },
  };
}

/** Creates the format of svmlight and libsvm texts, plain or gzip. Tests use small segments. */
export function createSvmlight(textOptions: TextOptions = {}): MatrixFormat {
  return {
    name: 'svmlight',
    matches,
    looksLike,

    async resolve(input) {
      const packed = await openText(input.source, textOptions);
      const indexing = await resolveIndex(packed, input.staged);
      if ('jobs' in indexing) return indexing;
      const opened = await open(indexing.text);
      const { text } = opened;
      const found = await input.staged.list('scan/');
      const jobs = Array.from({ length: text.jobs }, (_, job) => job);
      const scanned = jobs.map((job) => found.get(scanName(job)));
      const missing = jobs.filter((job) => scanned[job] === undefined);
      if (missing.length > 0) return jobsOf('scan', missing);
      const scans = await readScans(scanned.filter((object) => object !== undefined));
      return await resolveParts(opened, input, scans);
    },

    async stage(job: StageJob, input: FormatInput, signal?: AbortSignal) {
      const { round } = job;
      const { options, staged } = input;
      if (round === INDEX_ROUND) return await stageTextIndex(job, input, signal);
      const { text, from } = await reopen(input, textOptions);
      const context = { from, staged, signal };
      const read = { labels: options.labels ?? false, lowest: lowestOf(options) };
      if (round === 'scan') return await stageScan(text, job.index, { options: read, ...context });
      const base = CONVERT_ROUNDS.indexOf(round);
      if (base === -1) throw new RequestError([`svmlight text has no Stage round named ${round}`]);
      const shift = Number(read.labels) - base;
      await stageConvert(text, job.index, { options: { ...read, shift }, ...context });
    },

    /** Only a label has a name: the scans, which are there by now, say how many features follow. */
    async columnNames(input) {
      if (input.options.labels !== true) return undefined;
      const opened = await reopen(input, textOptions);
      const scans = await readScans([...(await input.staged.list('scan/')).values()]);
      const features = columnsOf(opened, input.options, scans) - 1;
      return features > MAX_NAMED_FEATURES ? undefined : labelledNames(input.unit.uri, features);
    },
  };
}

/**
 * What `sklearn.datasets.dump_svmlight_file` writes. A gzip file of more than 4 MiB gets a seek
 * index first, as its text has segments too. Then it takes two rounds of Stage, with about 64 MiB
 * of text per job: `scan` checks the lines and finds the lowest and the highest index, `convert`
 * writes CSR arrays.
 */
export const svmlight: MatrixFormat = createSvmlight();
