import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pythonOfPeers } from './environment.ts';

/** `npm run bench:plot`: docs/benchmark.svg from the newest results of `bench:peers`. */
const PLOT = path.join(import.meta.dirname, 'plot.py');

const { status } = spawnSync(await pythonOfPeers(), [PLOT], { stdio: 'inherit' });
process.exitCode = status ?? 1;
