import type { BindingLimit } from '#core/cost/binding-limit.ts';
import { billedSize, dollars } from '#core/cost/cost-text.ts';
import { estimateTable } from '#core/cost/estimate-table.ts';
import { secondsText } from '#core/cost/seconds-text.ts';
import { simulateExport } from '#core/cost/simulated-export.ts';
import { DISPATCH_PER_SECOND } from '#core/cost/simulated-map.ts';
import type { Compression } from '#core/outputs/compression.ts';
import { AUTOMATIC_TEXT } from '#core/outputs/csv/automatic-target.ts';
import { packFiles } from '#core/tables/pack/pack-files.ts';
import { packKeys } from '#core/tables/pack/pack-keys.ts';
import { PackUnits } from '#core/tables/pack/pack-units.ts';
import { packPartitions } from '#core/tables/shuffle/pack-partitions.ts';
import { ScatteredRows } from '#core/tables/shuffle/scattered-rows.ts';

/** A table of a size that nobody plans by hand. */
interface ScalePlan {
  readonly name: string;
  readonly files: number;
  readonly mappers: number;
  /** Pieces that the files gather. */
  readonly reads: number;
  readonly dollars: number;
  readonly seconds: number;
}

const MiB = 1024 ** 2;

const TARGET = 512 * MiB;
const SLICE_TEXT = 384 * MiB;

/** Of 65 TB in objects of 100 MB: bytes of text and of Parquet for a byte of gzip. */
const LOGS = { bytes: 65e12, objectBytes: 100e6, text: 7.5, ratio: 0.62 } as const;

/** Of 600 GB of CSV: bytes of Parquet for a byte of text, and of a row. */
const SALES = { bytes: 600e9, ratio: 0.2, rowBytes: 150, keys: 40_000 } as const;

const CONCURRENCY = 1_000;

function planned(
  name: string,
  table: Parameters<typeof estimateTable>[0],
  runs: number,
): ScalePlan {
  const { write, seconds } = estimateTable(table, CONCURRENCY);
  const { mappers = 0, reads = 0 } = table.shuffle ?? {};
  return {
    ...{ name, files: table.files * runs, mappers: mappers * runs, reads: reads * runs },
    ...{ dollars: write.total * runs, seconds: seconds * runs },
  };
}

/** Files of objects that are gathered whole, as texts in gzip are. */
async function filesOf({ bytes, objectBytes, ratio }: typeof LOGS): Promise<number> {
  const units = new PackUnits();
  for (let at = 0; at < bytes; at += objectBytes)
    units.add({ bytes: objectBytes, canSplit: false });
  const ratios = { overall: ratio, byClass: new Map<number, number>() };
  const cut = () => Promise.reject(new Error('no object is cut'));
  const files = packFiles(units, { ratios, size: { targetFileBytes: TARGET }, cut });
  return (await Array.fromAsync(files)).length;
}

/** Slices of a part of the logs that were written as they came: each has rows of two days. */
function shuffledDays(mappers: number, days: number): Pick<ScalePlan, 'files' | 'reads'> {
  const scattered = new ScatteredRows(['day']);
  const rows = 1_000_000;
  const bytes = (LOGS.bytes / RUNS) * (LOGS.ratio / mappers);
  for (let mapper = 0; mapper < mappers; mapper += 1) {
    const day = Math.floor((mapper * days) / mappers);
    const partitions = [day, day + 1].map((n) => ({ values: [`${10_000 + n}`], rows: rows / 2 }));
    const groups = [{ rows, bytes }];
    scattered.add({ size: bytes, etag: '', rejected: 0, filtered: 0, groups, partitions });
  }
  const files = [
    ...packPartitions(scattered, { targetFileBytes: TARGET, ratio: 1, firstIndex: 0 }),
  ];
  const reads = files.reduce((sum, { shares }) => sum + shares.length, 0);
  return { files: files.length, reads };
}

/** Parts of the logs that are small enough for a run each. */
const RUNS = 13;
const DAYS = 3 * 365;

/** Rows of keys whose frequency falls as their rank: the first has 1.2 % of all. */
function rowsOfKeys(): readonly number[] {
  const { bytes, rowBytes, keys } = SALES;
  const weights = Array.from({ length: keys }, (_, rank) => (rank + 20) ** -0.8);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => Math.round(((bytes / rowBytes) * weight) / all));
}

/** The plans of `docs/scale.md`, by the code of the dry run. */
export async function scalePlans(): Promise<readonly ScalePlan[]> {
  const logs = { sourceBytes: LOGS.bytes, outputBytes: LOGS.bytes * LOGS.ratio };
  const mappers = Math.ceil((LOGS.bytes * LOGS.text) / RUNS / SLICE_TEXT);
  const days = shuffledDays(mappers, Math.ceil(DAYS / RUNS));
  const part = {
    ...{ sourceBytes: logs.sourceBytes / RUNS, outputBytes: logs.outputBytes / RUNS },
    ...{ files: days.files, shuffle: { mappers, reads: days.reads } },
  };
  const { bytes, ratio, rowBytes } = SALES;
  const sales = { sourceBytes: bytes, outputBytes: bytes * ratio };
  const chunks = packKeys(rowsOfKeys(), TARGET / (rowBytes * ratio)).length;
  const slices = Math.ceil(bytes / SLICE_TEXT);
  const shuffle = { mappers: slices, reads: slices * chunks };
  return [
    planned('65 TB of gzip JSON, the day in the keys', { ...logs, files: await filesOf(LOGS) }, 1),
    planned(`65 TB of gzip JSON, the day in the rows: ${RUNS} runs`, part, RUNS),
    planned('600 GB of CSV, zip codes whole', { ...sales, files: chunks, shuffle }, 1),
    planned('600 GB of a PostgreSQL table, zip codes whole', { ...sales, files: chunks }, 1),
  ];
}

const COUNT = new Intl.NumberFormat('en-US');

/** A plan as a row of the table. */
export function scaleRow({ name, files, mappers, reads, seconds, ...plan }: ScalePlan): string {
  const counts = [files, mappers, reads].map((count) => COUNT.format(count));
  const cells = [name, ...counts, dollars(plan.dollars), `${Math.round(seconds / 60)} min`];
  return `| ${cells.join(' | ')} |`;
}

/** What a second level would take: groups of √files, which are shuffled once more each. */
export function twoLevelsRow(bytes: number): string {
  const mappers = Math.ceil(bytes / SLICE_TEXT);
  const groups = Math.ceil(Math.sqrt(mappers));
  const one = { sourceBytes: bytes, outputBytes: bytes * SALES.ratio, files: mappers };
  const price = (reads: number) =>
    estimateTable({ ...one, shuffle: { mappers, reads } }, CONCURRENCY).write.total;
  const pass = estimateTable({ ...one, sourceBytes: one.outputBytes }, CONCURRENCY).write.total;
  const [direct, twice] = [mappers ** 2, 2 * mappers * groups];
  const cells = [
    ...[billedSize(bytes), COUNT.format(mappers), COUNT.format(direct), dollars(price(direct))],
    ...[COUNT.format(twice), dollars(price(twice) + pass)],
  ];
  return `| ${cells.join(' | ')} |`;
}

/** An export of which the text is known. */
interface ScaleExport {
  readonly name: string;
  readonly textBytes: number;
}

/** The exports of `docs/scale.md`: a source has a hundredth of the bytes of its text. */
export const SCALE_EXPORTS: readonly ScaleExport[] = [
  { name: '40 GB of source, 4 TB', textBytes: 4e12 },
  { name: '600 GB of source, 60 TB', textBytes: 60e12 },
  { name: '1 TB', textBytes: 1e12 },
  { name: '10 TB', textBytes: 10e12 },
  { name: '100 TB', textBytes: 100e12 },
];

const BINDS: Readonly<Record<BindingLimit, string>> = {
  dispatch: 'starts of children',
  account: 'functions of the account',
  concurrency: '`limits.concurrency`',
  chunks: 'the time of one chunk',
};

/** An export as a row of its table: with 500 writers, which is the default, and with 1,000. */
export function exportRow({ name, textBytes }: ScaleExport, compression: Compression): string {
  const at = (concurrency: number) =>
    simulateExport({
      ...{ textBytes, compression, chunkBytes: AUTOMATIC_TEXT[compression], concurrency },
      ...{ accountConcurrency: 1_000, dispatchPerSecond: DISPATCH_PER_SECOND, seed: 1 },
    });
  const [usual, twice] = [at(500), at(1_000)];
  const cells = [
    ...[name, compression === 'none' ? 'plain' : 'gzip', COUNT.format(usual.chunks)],
    ...[billedSize(usual.storedBytes), dollars(usual.usd.total)],
    dollars(usual.storageUsdPerMonth),
    ...[secondsText(usual.seconds.p50), BINDS[usual.binds]],
    ...[secondsText(twice.seconds.p50), BINDS[twice.binds]],
  ];
  return `| ${cells.join(' | ')} |`;
}
