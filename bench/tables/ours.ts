import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { openEngine } from '@sparse-fanout/engine';
import { byName, functionModule } from '@sparse-fanout/engine/function-module.ts';
import { openFileSource } from '#cli/sources/file-source.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { convertChunk } from '#tables/convert-chunk.ts';
import { convertSlice } from '#tables/convert-slice.ts';
import { addPlanned } from '#tables/own-functions.ts';
import { outputFileOf } from '#tables/table-file.ts';
import type { TableSlice } from '#tables/table-slice.ts';
import { withEngine } from '#tables/with-engine.ts';
import { SCHEMA } from './columns.ts';
import { planSlices, type SourceFormat } from './plan-slices.ts';
import { FUNCTIONS, transformedLayout } from './transform.ts';

/**
 * Converts a table from files into a folder of Parquet files, one for each part of the plan, one
 * after the other in this process, as a writer that is used again does: as it is, or transformed.
 */
const [mode, format, , out, ...files] = process.argv.slice(2) as [
  'plain' | 'transformed',
  SourceFormat,
  string,
  string,
  ...string[],
];

/** What a writer of 1,769 MB gives its engine. */
const MEMORY_BYTES = 884e6;

/** Functions that were bundled beside this script. */
const modules = byName([
  functionModule(
    FUNCTIONS,
    await readFile(path.join(import.meta.dirname, `${FUNCTIONS}.js`), 'utf8'),
  ),
]);

let planned: Promise<TableLayout> | undefined;

/** The layout as Plan finds it, with an engine of its own. */
function plannedLayout(): Promise<TableLayout> {
  planned ??= withEngine(MEMORY_BYTES, ({ engine }) => transformedLayout(engine, format, modules));
  return planned;
}

async function write(slice: TableSlice, target: string): Promise<void> {
  const directory = await mkdtemp(path.join(out, 'part-'));
  const engine = await openEngine({ directory, memoryBytes: MEMORY_BYTES });
  const form = { path: path.join(directory, 'out.parquet'), rowGroupRows: 122_880 };
  const output = { format: 'parquet', compression: 'zstd', rowGroupBytes: 0 } as const;
  if (mode === 'plain') {
    const file = outputFileOf(output, { ...form, schema: tableSchema.parse(SCHEMA) });
    await convertSlice(slice, { engine, directory, file, onBadRow: 'fail' });
  } else {
    const layout = await plannedLayout();
    await addPlanned(engine, layout, modules);
    const name = path.basename(form.path);
    await convertChunk([slice], { engine, directory, layout, output, name });
  }
  engine.close();
  await rename(form.path, target);
  await rm(directory, { recursive: true });
}

await mkdir(out, { recursive: true });
const sources = await Promise.all(files.map(openFileSource));
const slices = await planSlices(format, sources);
for (const [index, slice] of slices.entries()) {
  await write(slice, path.join(out, `${String(index).padStart(6, '0')}.parquet`));
}
await Promise.all(sources.map((source) => source.close()));
