/** `npm run campaign -- tables <pack> --out <directory>`: the cases of a pack as Parquet files. */
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { convertCase } from '#support/tables/convert-case.ts';
import { readCases } from '#support/tables/table-case.ts';

const DEFAULT_SLICE_BYTES = 7_000;

const command = new Command('npm run campaign -- tables')
  .description('convert the small tables of a pack as writers do, for a judge to compare')
  .argument('<pack>', 'folder with cases.json and the inputs')
  .requiredOption('--out <directory>', 'gets a folder for each case')
  .option('--slice-bytes <n>', 'of text, about', parseCount, DEFAULT_SLICE_BYTES)
  .parse();
const [pack = ''] = command.args;
const { out, sliceBytes } = command.opts<{ readonly out: string; readonly sliceBytes: number }>();
let failed = 0;
for (const asked of readCases(pack)) {
  try {
    const refusal = await convertCase(pack, asked, { out, sliceBytes });
    console.log(`${asked.id.padEnd(28)} ${refusal ?? 'converted'}`);
  } catch (error) {
    failed += 1;
    console.log(`${asked.id.padEnd(28)} FAILED ${error instanceof Error ? error.stack : error}`);
  }
}
process.exitCode = failed > 0 ? 1 : 0;
