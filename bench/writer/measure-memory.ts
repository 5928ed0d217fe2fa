import { describeWriter, runOneWriter } from './one-writer.ts';

/** Bound of the whole writer process, bytes. */
const MAX_RSS_BYTES = 256e6;

/** Text of 1 GB, and of 6 GB: more than one PutObject could send. */
for (const columns of [10_000, 60_000]) {
  const [line, fits] = describeWriter(await runOneWriter(columns, 'none'), MAX_RSS_BYTES);
  console.log(line);
  if (!fits) process.exitCode = 1;
}
