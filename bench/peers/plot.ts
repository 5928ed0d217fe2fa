import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pythonOfPeers } from './environment.ts';
import { readmeTable } from './readme-table.ts';
import { newestRecord } from './recorded.ts';

/**
 * `npm run bench:plot`: docs/benchmark.svg and the README's table from the newest results of
 * `bench:peers`.
 */
const PLOT = path.join(import.meta.dirname, 'plot.py');
const README = path.join(import.meta.dirname, '../../README.md');
const TABLE = /^\| one process \|.*\n(?:\|.*\n)*/m;

const record = await newestRecord();
if (record === undefined) throw new Error('there are no results: npm run bench:peers');
const readme = await readFile(README, 'utf8');
await writeFile(README, readme.replace(TABLE, readmeTable(record)));
const { status } = spawnSync(await pythonOfPeers(), [PLOT], { stdio: 'inherit' });
process.exitCode = status ?? 1;
