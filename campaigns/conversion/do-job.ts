import { readFileSync } from 'node:fs';
import { stageUnit, type UnitJob } from '#core/sources/resolve-source.ts';
import { inFolder, stageContext } from './stage-context.ts';

/**
 * Does one job in a process of its own, as a Lambda function would; answers with its peak memory in
 * bytes.
 */
const [folder = '', job = ''] = process.argv.slice(2);
const { context, files } = stageContext(inFolder(folder));
await stageUnit(JSON.parse(job) as UnitJob, context);
await files.close();
const [, peakKiB] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
process.send?.(Number(peakKiB) * 1024);
process.disconnect?.();
