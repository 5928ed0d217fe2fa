import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { EncodeWays } from '#support/encode-ways.ts';
import type { EncodeCase } from './cases.ts';
import { type Measure, ratioMeasure } from './goals.ts';
import { median, speedRatio, type Times, timeInTurn } from './measure.ts';

const REPETITIONS = 41;

/** zlib takes ten to a hundred times as long. */
const ZLIB_REPETITIONS = 9;

/**
 * Fails unless all ways give the same bytes: an encoder of other bytes does not count, however
 * fast.
 */
export function assertSame(ways: EncodeWays, text: Uint8Array): void {
  const { bytes, crc32: crc } = ways.withCrc();
  const inflated = gunzipSync(ways.gzip());
  if (ways.inPlace() !== text.length || bytes !== text.length || crc !== crc32(text)) {
    throw new Error('the text in WebAssembly, or its CRC-32, differs');
  }
  if (Buffer.compare(inflated, text) !== 0) throw new Error('the gzip member holds another text');
}

/** Copies the row of unstored cells into the buffers until they hold as much as the text. */
function fillWithRows(buffers: readonly Uint8Array[], bytes: number, row: Uint8Array): void {
  let left = bytes;
  for (const buffer of buffers) {
    const end = Math.min(left, buffer.length);
    for (let at = 0; at + row.length <= end; at += row.length) buffer.set(row, at);
    left -= end;
  }
}

/** Copies the text into the buffers. */
export function copyText(buffers: readonly Uint8Array[], text: Uint8Array): void {
  let from = 0;
  for (const buffer of buffers) {
    buffer.set(text.subarray(from, from + buffer.length));
    from = Math.min(text.length, from + buffer.length);
  }
}

function perEntry(data: string, measure: string, times: Times, slice: CsrSlice): Measure {
  return { data, measure: `${measure}, ns an entry`, value: (median(times) * 1e6) / slice.nnz };
}

function throughput(data: string, measure: string, times: Times, bytes: number): Measure {
  return { data, measure: `${measure}, GB/s of text`, value: bytes / median(times) / 1e6 };
}

function measurePlain(encodeCase: EncodeCase, ways: EncodeWays, text: Uint8Array) {
  const { name, columns, slice, goals } = encodeCase;
  const unit = slice.data instanceof Float64Array ? '0.0,' : '0,';
  const row = Buffer.from(unit.repeat(columns));
  const times = timeInTurn(
    {
      inPlace: () => void ways.inPlace(),
      copy: () => copyText(ways.buffers, text),
      rows: () => fillWithRows(ways.buffers, text.length, row),
      staged: () => void ways.staged(),
      withCrc: () => void ways.withCrc(),
      crc32: () => void crc32(text),
    },
    REPETITIONS,
  );
  const slow = timeInTurn({ javaScript: () => void ways.inJavaScript() }, 3);
  const { inPlace, copy, rows, staged, withCrc } = times;
  const read = inPlace.map((time, i) => time + times.crc32[i]!);
  return [
    ratioMeasure(name, 'plain ÷ copy of the same buffer', speedRatio(copy, inPlace), goals.copy),
    ratioMeasure(name, 'plain ÷ copy of an empty row', speedRatio(rows, inPlace)),
    ratioMeasure(name, 'plain, other buffers ÷ copy', speedRatio(copy, staged)),
    throughput(name, 'plain', inPlace, text.length),
    throughput(name, 'plain, other buffers', staged, text.length),
    throughput(name, 'plain in JavaScript', slow.javaScript, text.length),
    throughput(name, 'copy', copy, text.length),
    perEntry(name, 'plain', inPlace, slice),
    ratioMeasure(name, 'plain with its CRC-32 ÷ copy', speedRatio(copy, withCrc)),
    ratioMeasure(name, 'plain with its CRC-32 ÷ plain, then zlib.crc32', speedRatio(read, withCrc)),
  ];
}

function measureGzip(encodeCase: EncodeCase, ways: EncodeWays, text: Uint8Array) {
  const { name, slice, goals } = encodeCase;
  const times = timeInTurn(
    {
      direct: () => void ways.gzip(),
      zlib1: () => void gzipSync(text, { level: 1 }),
    },
    ZLIB_REPETITIONS,
  );
  const { direct, zlib1 } = times;
  const bytes = ways.gzip().length;
  const sizes = [1, 6, 9].map((level) => gzipSync(text, { level }).length);
  const [fastest, usual, best] = sizes.map((size) => bytes / size);
  return [
    ratioMeasure(name, 'direct gzip ÷ zlib −1, speed', speedRatio(zlib1, direct), goals.gzipSpeed),
    { data: name, measure: 'direct gzip ÷ gzip −6, size', value: usual!, goal: goals.gzipSize },
    { data: name, measure: 'direct gzip ÷ gzip −1, size', value: fastest! },
    { data: name, measure: 'direct gzip ÷ gzip −9, size', value: best! },
    { data: name, measure: 'text ÷ direct gzip, size', value: text.length / bytes },
    throughput(name, 'direct gzip', direct, text.length),
    perEntry(name, 'direct gzip', direct, slice),
  ];
}

function measureFloats({ name, goals }: EncodeCase, data: Float64Array, ways: EncodeWays): Measure {
  let characters = 0;
  const times = timeInTurn(
    {
      encoder: () => void ways.inPlace(),
      string: () => {
        for (const value of data) characters += String(value).length;
      },
    },
    ZLIB_REPETITIONS,
  );
  if (characters === 0) throw new Error('no floats');
  const ratio = speedRatio(times.encoder, times.string);
  return ratioMeasure(name, 'float encoder, all-in ÷ String(x), time', ratio, goals.floats);
}

/** Measures all encoders on one matrix, after checking that they agree. */
export function measureCase(encodeCase: EncodeCase): Measure[] {
  const { slice, columns } = encodeCase;
  const ways = new EncodeWays(slice, columns);
  const text = ways.text(ways.inPlace() + 1);
  assertSame(ways, text);
  const measures: Measure[] = [
    ...measurePlain(encodeCase, ways, text),
    ...measureGzip(encodeCase, ways, text),
  ];
  if (slice.data instanceof Float64Array) {
    measures.push(measureFloats(encodeCase, slice.data, ways));
  }
  return measures;
}
