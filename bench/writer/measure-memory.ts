import { caseLine, fits, runCase } from './writer-case.ts';

/** Bound of the whole writer process, bytes. */
const MAX_RSS_BYTES = 256e6;

/** Text of 1 GB, and of 6 GB, which is more than one PutObject can send. */
for (const columns of [10_000, 60_000]) {
  const figures = await runCase(columns, 'none');
  console.log(caseLine(figures, MAX_RSS_BYTES));
  if (!fits(figures, MAX_RSS_BYTES)) process.exitCode = 1;
}
