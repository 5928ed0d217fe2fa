import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { type Opened, open } from './opened.ts';

const ENGINE = pathToFileURL(join(import.meta.dirname, '../src/engine.ts')).href;

/** 3,000,000 rows of about 100 bytes in another order: three times the limit, so it must spill. */
const SORT = `SELECT hash(range) AS h, repeat(hash(range)::VARCHAR, 5) AS t
  FROM range(3000000) ORDER BY h, t`;

const MEMORY_BYTES = 100e6;

/** What a process of Node.js with DuckDB needs for itself, and its buffers. */
const BASE_BYTES = 170e6;

/** Writes {@link SORT} in a process of its own, and gives its answer or error, and its memory. */
function sortIn({ directory, file }: Opened, command: readonly [string, ...string[]]) {
  const script = `
    import { readFileSync } from 'node:fs';
    import { openEngine } from ${JSON.stringify(ENGINE)};
    process.on('SIGXFSZ', () => undefined);
    const directory = ${JSON.stringify(directory)};
    const engine = await openEngine({ directory, memoryBytes: ${MEMORY_BYTES} });
    const file = { path: ${JSON.stringify(file('out'))}, format: 'parquet',
      compression: 'zstd', rowGroupRows: 20480 };
    const answer = await engine.writeSelect({ text: ${JSON.stringify(SORT)} }, file)
      .catch(({ kind, message }) => ({ kind, message }));
    engine.close();
    const status = readFileSync('/proc/self/status', 'utf8');
    const peak = Number(/^VmHWM:\\s+(\\d+) kB$/m.exec(status)[1]) * 1024;
    console.log(JSON.stringify({ ...answer, peak }));
  `;
  const [program, ...before] = command;
  const flags = [...before, '--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync(program, flags, { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

it.runIf(process.platform === 'linux')(
  'spills what passes its memory, and stays below it',
  async () => {
    await using opened = await open();
    const { rows, peak } = sortIn(opened, [process.execPath]);
    expect(rows).toBe(3_000_000);
    expect(peak).toBeLessThan(MEMORY_BYTES + BASE_BYTES);
  },
  60_000,
);

it.runIf(process.platform === 'linux')(
  'fails by name where its directory takes no more, and leaves nothing',
  async () => {
    await using opened = await open();
    const limited = ['prlimit', '--fsize=20000000', process.execPath] as const;
    const { kind, message } = sortIn(opened, limited);
    expect([kind, message]).toEqual(['disk', expect.stringContaining('File too large')]);
    expect(message).not.toContain(opened.directory);
    expect(await readdir(opened.directory)).toEqual([]);
  },
  60_000,
);
