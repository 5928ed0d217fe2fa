import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { open } from './opened.ts';

const ENGINE = pathToFileURL(join(import.meta.dirname, '../src/engine.ts')).href;

/** 3,000,000 rows of about 100 bytes in another order: three times the limit, so it must spill. */
const SORT = `SELECT hash(range) AS h, repeat(hash(range)::VARCHAR, 5) AS t
  FROM range(3000000) ORDER BY h, t`;

/** What a process of Node.js with DuckDB needs for itself, and its buffers. */
const BASE_BYTES = 170e6;

it('spills what passes its memory into its directory, and stays below it', async () => {
  await using opened = await open();
  const { directory } = opened;
  const memoryBytes = 100e6;
  const script = `
    import { openEngine } from ${JSON.stringify(ENGINE)};
    const engine = await openEngine(${JSON.stringify({ directory, memoryBytes })});
    const file = { path: ${JSON.stringify(opened.file('out'))}, format: 'parquet',
      compression: 'zstd', rowGroupRows: 20480 };
    const { rows } = await engine.writeSelect({ text: ${JSON.stringify(SORT)} }, file);
    console.log(JSON.stringify({ rows, bytes: process.resourceUsage().maxRSS * 1024 }));
  `;
  const flags = ['--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
  expect(stderr).toBe('');
  const { rows, bytes } = JSON.parse(stdout);
  expect(rows).toBe(3_000_000);
  expect(bytes).toBeLessThan(memoryBytes + BASE_BYTES);
}, 60_000);
