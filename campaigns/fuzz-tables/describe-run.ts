import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resultOf, type TableFuzz, TableFuzzer, type Verdicts } from './table-run.ts';

const FOLDER = join(import.meta.dirname, '../../.sparse-fanout/fuzz-tables');
const MOST_ROWS = 12;

function verdictLines(verdicts: Verdicts): string[] {
  return Object.entries(verdicts).flatMap(([who, rows]) =>
    typeof rows === 'string'
      ? [`${who} refuses: ${rows}`]
      : [`${who} reads ${rows.length} rows`, ...rows.slice(0, MOST_ROWS).map((row) => `  ${row}`)],
  );
}

/** Does one run in this process, saves its table, and says all about it. */
export async function describeRun(fuzz: Omit<TableFuzz, 'directory'>, run: number) {
  const directory = await mkdtemp(join(tmpdir(), 'fuzz-tables-'));
  const fuzzer = new TableFuzzer({ ...fuzz, directory });
  const read = await fuzzer.read(run);
  const { input, end } = read;
  const verdicts = await fuzzer.judge(read);
  const { comparison } = resultOf(read, verdicts);
  fuzzer.close();
  await rm(directory, { recursive: true });
  await mkdir(FOLDER, { recursive: true });
  const saved = join(FOLDER, `${fuzz.seed}-${run}-${input.name}`);
  await writeFile(saved, input.bytes);
  const ours: Verdicts = {
    ours: end.end === 'accepted' ? end.rows.slice(1) : `${end.name}: ${end.message}`,
  };
  return [
    `run ${run}: ${JSON.stringify(input.schema)}, slices of ${input.sliceBytes} bytes`,
    ...input.changes.map((change) => `  ${change}`),
    ...[`saved as ${saved}`, ...verdictLines(ours), ...verdictLines(verdicts), `${comparison}`],
  ];
}
