import { stageUnit, type UnitJob } from '#core/sources/resolve-source.ts';
import { peakBytes } from '#support/peak-bytes.ts';
import { inFolder, stageContext } from './stage-context.ts';

/**
 * Does one job in a process of its own, as a Lambda function would; answers with its peak memory in
 * bytes.
 */
const [folder = '', job = ''] = process.argv.slice(2);
const { context, files } = stageContext(inFolder(folder));
await stageUnit(JSON.parse(job) as UnitJob, context);
await files.close();
process.send?.(peakBytes());
process.disconnect?.();
