import { LAMBDA_SCALING } from '#core/cost/lambda-environments.ts';
import type { MatrixOutputSpec } from '#core/outputs/output-kinds.ts';
import { MAX_PARTS } from '#core/outputs/single-object.ts';
import type { MatrixFacts } from '#core/sparse/matrix-facts.ts';
import type { TalliedChunks } from './chunk-tally.ts';
import { prefixWarning } from './prefix-warning.ts';

const MiB = 1024 ** 2;

/** Longest line that readers take where their settings are not changed. */
const LINE_BYTES = [
  { reader: 'DuckDB', bytes: 2 * MiB, setting: 'max_line_size' },
  { reader: 'PyArrow', bytes: MiB, setting: 'block_size' },
] as const;

/** Most columns of a table of Redshift. */
const REDSHIFT_COLUMNS = 1_600;

/** A writer that takes less is mostly waited for; one that takes more may not end in 15 minutes. */
const CHUNK_SECONDS = { least: 2, most: 10 * 60 } as const;

/** Fewer chunks are started in a moment, however small they are. */
const FEW_CHUNKS = 100;

/** A plan whose chunks are counted. */
export interface PlanToWarnOf {
  readonly facts: MatrixFacts;
  readonly output: MatrixOutputSpec;
  readonly tallied: TalliedChunks;
  readonly concurrency: number;
  /** Mean seconds of the work of a writer. */
  readonly chunkSeconds: number;
}

/** What consumers of text in lines do not take as it is. */
function consumerWarnings({ facts, output, tallied }: PlanToWarnOf): readonly string[] {
  if (output.kind !== 'csv') return [];
  const [rows, columns] = facts.shape;
  const line = Math.ceil(tallied.text.all / Math.max(rows, 1));
  const long = LINE_BYTES.filter(({ bytes }) => line > bytes).map(
    ({ reader, bytes, setting }) =>
      `a row has about ${line} bytes of text, and ${reader} reads lines of ${bytes} unless its ${setting} is raised`,
  );
  if (columns <= REDSHIFT_COLUMNS) return long;
  return [
    ...long,
    `Redshift has tables of at most ${REDSHIFT_COLUMNS} columns, and a row has ${columns}`,
  ];
}

function chunkWarnings({ tallied, chunkSeconds }: PlanToWarnOf): readonly string[] {
  const { chunks } = tallied;
  const seconds = chunkSeconds.toFixed(chunkSeconds < 10 ? 1 : 0);
  const warnings: string[] = [];
  if (chunks > FEW_CHUNKS && chunkSeconds < CHUNK_SECONDS.least) {
    warnings.push(
      `chunks take about ${seconds} s each, so that most of the time and the price is starting their writers; ask for larger ones (chunking)`,
    );
  }
  if (chunkSeconds > CHUNK_SECONDS.most) {
    warnings.push(
      `chunks take about ${seconds} s each, and a writer has 900 s; ask for smaller ones (chunking)`,
    );
  }
  if (chunks > MAX_PARTS) {
    warnings.push(
      `assemble joins at most ${MAX_PARTS} chunks in one step, and there are ${chunks}; it copies groups of them first`,
    );
  }
  return warnings;
}

/** @returns a sentence, if more functions are asked for than an account has by default. */
export function accountWarning(concurrency: number, chunks: number): string | undefined {
  const { accountConcurrency } = LAMBDA_SCALING;
  if (Math.min(concurrency, chunks) <= accountConcurrency) return undefined;
  return `limits.concurrency is ${concurrency}, and an account runs ${accountConcurrency} functions at once unless AWS has raised that: the others are tried again, which takes time`;
}

/** What will work, but not as well as it could; one sentence each. */
export function planWarnings(plan: PlanToWarnOf): readonly string[] {
  const { tallied, concurrency } = plan;
  const { chunks, stored } = tallied;
  const one = [
    prefixWarning({ concurrency, chunks, minBytes: stored.all }),
    accountWarning(concurrency, chunks),
  ];
  return [
    ...one.filter((warning) => warning !== undefined),
    ...chunkWarnings(plan),
    ...consumerWarnings(plan),
  ];
}
