import { gunzipSync, gzipSync } from 'node:zlib';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { createMixedChunkEncoder } from '#core/outputs/csv/mixed/create-mixed-chunk-encoder.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { ColumnTypes } from '#core/sparse/matrix-facts.ts';
import { textLikeSlice } from '#support/text-like-slice.ts';
import { type Goal, type Measure, ratioMeasure } from './goals.ts';
import { median, speedRatio, timeInTurn } from './measure.ts';
import { copyText } from './measure-case.ts';

const COLUMNS = 10_000;
const NAME = 'mixed 10k';
const TEXT_BYTES = 63e6;
const PART_BYTES = 16 * 1024 * 1024;
const REPETITIONS = 21;
const ZLIB_REPETITIONS = 21;

/** Half of the least that is asked of columns of one dtype: of counts, and of floats with gzip. */
const COPY: Goal = { must: 0.225, aim: 0.45, better: 'higher' };
const GZIP: Goal = { must: 1.5, aim: 2.5, better: 'higher' };

/** As `get_dummies` beside counts and floats: each kind in neighbouring columns. */
const GROUPS: ColumnTypes['groups'] = [
  { dtype: 'bool', columns: 4000 },
  { dtype: 'int64', columns: 4000 },
  { dtype: 'float64', columns: 2000 },
];

const columnGroups = Uint8Array.from({ length: COLUMNS }, (_, column) =>
  column < 4000 ? 0 : column < 8000 ? 1 : 2,
);

/** Counts as cells of the dtype of their column. */
function mixedSlice(): CsrSlice {
  const rows = Math.floor(TEXT_BYTES / 41_000);
  const counts = textLikeSlice({ rows, columns: COLUMNS, entriesPerRow: 60.7, values: 'counts' });
  const data = new BigUint64Array(counts.data.length);
  const floats = new Float64Array(data.buffer);
  for (const [entry, column] of counts.indices.entries()) {
    const value = Number(counts.data[entry]);
    if (columnGroups[column] === 2) floats[entry] = value / 7;
    else data[entry] = BigInt(columnGroups[column] === 0 ? 1 : value);
  }
  return { ...counts, data };
}

/** Encodes a slice into buffers of 16 MiB; returns the bytes of all of them. */
function encode(slice: CsrSlice, isGzip: boolean, buffers: readonly Uint8Array[]): number {
  const types = { groups: GROUPS, crc32: '' };
  const mixed = { columns: COLUMNS, types, dialect: DEFAULT_DIALECT, columnGroups };
  const density = { rows: slice.rowEnd, nnz: slice.nnz };
  const chunk = { ...mixed, density, buffer: buffers[0]! };
  const encoder = createMixedChunkEncoder({ ...chunk, compression: isGzip ? 'gzip' : 'none' });
  let bytes = 0;
  let next = 1;
  for (const parts of [encoder.encode(slice), ...(encoder.end ? [encoder.end()] : [])]) {
    let step = parts.next();
    while (step.done !== true) {
      bytes += step.value.length;
      step = parts.next(buffers[next++ % buffers.length]!);
    }
  }
  return bytes + encoder.finish().length;
}

/** Columns of several dtypes: plain beside a copy of the text, gzip beside zlib. */
export function measureMixed(): Measure[] {
  const slice = mixedSlice();
  const whole = new Uint8Array(TEXT_BYTES * 1.2);
  const text = whole.subarray(0, encode(slice, false, [whole]));
  const member = new Uint8Array(TEXT_BYTES);
  const stored = member.subarray(0, encode(slice, true, [member]));
  if (!gunzipSync(stored).equals(text)) throw new Error('the gzip member holds another text');
  const buffers = Array.from({ length: 5 }, () => new Uint8Array(PART_BYTES).fill(1));
  const times = timeInTurn(
    { plain: () => void encode(slice, false, buffers), copy: () => copyText(buffers, text) },
    REPETITIONS,
  );
  const slow = timeInTurn(
    {
      gzip: () => void encode(slice, true, buffers),
      zlib1: () => void gzipSync(text, { level: 1 }),
    },
    ZLIB_REPETITIONS,
  );
  const gigabytes = (ms: readonly number[]) => text.length / median(ms) / 1e6;
  return [
    ratioMeasure(
      NAME,
      'plain ÷ copy of the same buffer',
      speedRatio(times.copy, times.plain),
      COPY,
    ),
    { data: NAME, measure: 'plain, GB/s of text', value: gigabytes(times.plain) },
    ratioMeasure(NAME, 'gzip ÷ zlib −1, speed', speedRatio(slow.zlib1, slow.gzip), GZIP),
    {
      data: NAME,
      measure: 'gzip ÷ gzip −6, size',
      value: stored.length / gzipSync(text, { level: 6 }).length,
    },
    { data: NAME, measure: 'gzip, GB/s of text', value: gigabytes(slow.gzip) },
  ];
}
