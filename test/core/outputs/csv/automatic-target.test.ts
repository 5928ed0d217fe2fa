import { describe, expect, it } from 'vitest';
import { planMatrix } from '#core/chunks/plan-matrix.ts';
import { ONE_VCPU_MIB, WRITER_MIB } from '#core/contract.ts';
import { automaticTarget, SLOWEST } from '#core/outputs/csv/automatic-target.ts';
import { csvOutput } from '#core/outputs/csv/csv-output.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';

const GIB = 1024 ** 3;

/** Share of a vCPU of the smallest writer. */
const SHARE = WRITER_MIB.least / ONE_VCPU_MIB;

/** Text of a gzip chunk per second of one vCPU, bytes: a tenth of what is measured. */
const SPARSE_TEXT_BYTES_PER_SECOND = 2e9;

/** Plain text that is encoded twice and encrypted per second of one vCPU, bytes. */
const PLAIN_BYTES_PER_SECOND = 250e6;

/** Bytes per second that a writer reads and sends where network is half of the usual. */
const NETWORK = 37.5e6;

const FIVE_MINUTES = 300;

const sparse = { rows: 1_000, nnz: 10_000 };
const dense = { rows: 1_000, nnz: 500_000 };
const COLUMNS = 1_000;

describe('the automatic target', () => {
  it('is 512 MiB of plain text, which the smallest writer sends in well under five minutes', () => {
    const { bytes, entries } = automaticTarget({ compression: 'none' }, COLUMNS, sparse);
    expect({ bytes, entries }).toEqual({ bytes: 512 * 1024 ** 2, entries: undefined });
    const seconds = bytes / NETWORK + bytes / PLAIN_BYTES_PER_SECOND / SHARE;
    expect(seconds).toBeLessThan(60);
  });

  it('is at most 8 GiB of sparse gzip, and five minutes of the slowest encoder', () => {
    const { bytes, entries = 0 } = automaticTarget({ compression: 'gzip' }, COLUMNS, sparse);
    expect(bytes).toBe(8 * GIB);
    const cpu = entries * SLOWEST.entrySeconds + bytes / SPARSE_TEXT_BYTES_PER_SECOND;
    expect(cpu / SHARE).toBeLessThan(FIVE_MINUTES);
    const bytesOfEntry = 12;
    const reading = (entries * bytesOfEntry) / NETWORK;
    expect(cpu / SHARE + reading).toBeLessThan(2 * FIVE_MINUTES);
  });

  it('is five minutes of zlib at most where many cells are stored', () => {
    const { bytes } = automaticTarget({ compression: 'gzip' }, COLUMNS, dense);
    expect(bytes / SLOWEST.zlibBytesPerSecond / SHARE).toBeLessThan(FIVE_MINUTES);
    expect((2 * bytes) / SLOWEST.zlibBytesPerSecond / SHARE).toBeGreaterThan(FIVE_MINUTES);
  });

  it('is at most 2 GiB of sparse gzip that becomes a part of one object', () => {
    const { bytes } = automaticTarget({ compression: 'gzip', single: true }, COLUMNS, sparse);
    expect(bytes).toBe(2 * GIB);
  });

  it('closes a chunk also where its entries are too many', async () => {
    const entriesPerRow = 2 ** 25;
    const rows = 9;
    const nnz = rows * entriesPerRow;
    const matrix = { shape: [rows, 2 ** 27] as const, dtype: 'int8' as const, nnz };
    const output = csvOutput({ ...PLAIN_CSV, compression: 'gzip' });
    const bands = (async function* () {
      yield Float64Array.from({ length: rows + 1 }, (_, row) => row * entriesPerRow);
    })();
    const options = { matrix, output, chunking: 'automatic', chunksBefore: 0 } as const;
    const first = await planMatrix(bands, options).next();
    // Eight rows are 3 GiB of text, and 2 ** 28 entries.
    expect(first.value).toEqual({ index: 0, rowStart: 0, rowEnd: 8 });
  });
});
