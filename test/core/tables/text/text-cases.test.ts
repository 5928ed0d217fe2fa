import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { FanoutError } from '#core/errors.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { readCsvHead } from '#core/tables/text/csv/csv-head.ts';
import { findCut } from '#core/tables/text/csv/find-cut.ts';
import { type CsvHeader, mapHeader } from '#core/tables/text/csv/map-header.ts';
import { proveCsv } from '#core/tables/text/csv/prove-csv.ts';
import { findLineCut } from '#core/tables/text/jsonl/find-line-cut.ts';
import { proveJsonl } from '#core/tables/text/jsonl/prove-jsonl.ts';
import { readText, readTextRange } from '#core/tables/text/read-text.ts';

interface TextCase {
  readonly id: string;
  readonly inputs: readonly string[];
  readonly options: {
    readonly delimiter?: string;
    readonly nullText?: readonly string[];
    readonly byName?: boolean;
    readonly compression?: 'gzip';
  };
  readonly records?: number;
  readonly refused?: string;
}

interface Read {
  readonly records: number;
  readonly text: string;
}

const FOLDER = join(import.meta.dirname, '../../../fixtures/tables');
const CASES: TextCase[] = JSON.parse(readFileSync(join(FOLDER, 'text-cases.json'), 'utf8'));
const SLICES = [64, 1000, 7000, 64_000];

/** The inflated text of an input. */
async function openInput(name: string, compression: 'gzip' | 'none'): Promise<ByteSource> {
  const source = memorySource(readFileSync(join(FOLDER, name)), name);
  const pieces: Uint8Array[] = [];
  for await (const piece of readText(source, { compression, maxTextBytes: 1e6 })) {
    pieces.push(piece.slice());
  }
  return memorySource(Buffer.concat(pieces), name);
}

/** The slices of a text: a cut every `sliceBytes`, where one is found. */
async function slicesOf(
  { start, size }: { readonly start: number; readonly size: number },
  sliceBytes: number,
  find: (at: number) => Promise<number | undefined>,
): Promise<{ start: number; end: number; isLast: boolean }[]> {
  const cuts: number[] = [start];
  for (let at = start + sliceBytes; at < size; at += sliceBytes) {
    const cut = await find(at);
    if (cut !== undefined && cut > cuts.at(-1)! && cut < size) cuts.push(cut);
  }
  return cuts.map((from, k) => {
    const end = cuts[k + 1] ?? size;
    return { start: from, end, isLast: end === size };
  });
}

async function readCsv(
  text: ByteSource,
  one: TextCase,
  state: { first?: CsvHeader; readonly sliceBytes: number },
): Promise<Read> {
  const { delimiter, nullText } = one.options;
  const format = csvFormatSection.parse({
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(nullText === undefined ? {} : { nullText }),
  });
  const whole = readTextRange(text, { start: 0, end: text.size }, state.sliceBytes);
  const { fields: names, start } = await readCsvHead(text.uri, whole, format);
  if (names.length === 0) return { records: 0, text: '' };
  state.first ??= { uri: text.uri, names };
  mapHeader(state.first, { uri: text.uri, names }, one.options.byName ?? false);
  const shape = { format, columns: names.length };
  const place = { start, size: text.size };
  const slices = await slicesOf(place, state.sliceBytes, (at) => findCut(text, at, shape));
  const written: Uint8Array[] = [];
  let records = 0;
  for (const slice of slices) {
    const proof = await proveCsv(
      { ...shape, ...slice, uri: text.uri },
      readTextRange(text, slice, 500),
      (bytes) => void written.push(bytes.slice()),
    );
    records += proof.records;
  }
  return { records, text: Buffer.concat(written).toString() };
}

async function readJsonl(text: ByteSource, sliceBytes: number): Promise<Read> {
  const place = { start: 0, size: text.size };
  const slices = await slicesOf(place, sliceBytes, (at) => findLineCut(text, at));
  const written: Uint8Array[] = [];
  let records = 0;
  for (const slice of slices) {
    const proof = await proveJsonl(
      { columns: [], ...slice, uri: text.uri },
      readTextRange(text, slice, 50),
      (bytes) => void written.push(bytes.slice()),
    );
    records += proof.records;
  }
  return { records, text: Buffer.concat(written).toString() };
}

async function readCase(one: TextCase, sliceBytes: number): Promise<Read | string> {
  const state = { sliceBytes };
  let read: Read = { records: 0, text: '' };
  try {
    for (const name of one.inputs) {
      const text = await openInput(name, one.options.compression ?? 'none');
      const isJson = /\.jsonl(\.gz)?$/.test(name);
      const more = await (isJson ? readJsonl(text, sliceBytes) : readCsv(text, one, state));
      read = { records: read.records + more.records, text: read.text + more.text };
    }
    return read;
  } catch (error) {
    if (error instanceof FanoutError) return error.message;
    throw error;
  }
}

describe('texts with a trap each', () => {
  it.each(CASES)('$id', async (one) => {
    const whole = await readCase(one, 1_000_000);
    for (const sliceBytes of SLICES) {
      const read = await readCase(one, sliceBytes);
      if (one.refused === undefined) {
        expect(read).toEqual(whole);
        expect(read).toMatchObject({ records: one.records });
      } else {
        for (const word of one.refused.split(' ')) expect(read).toMatch(new RegExp(word));
      }
    }
  });
});
