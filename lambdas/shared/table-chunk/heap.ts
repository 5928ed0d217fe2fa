import { setFlagsFromString } from 'node:v8';

/**
 * How far the heap may grow above what lived after the last sweep, in per cent. V8's own tenth lets
 * a writer, of which 15 MB live, sweep for every 12 MB it reads, since buffers outside the heap
 * count: a fifth of its CPU time. Four times the live objects are 60 MB more at the most.
 */
const GROWING_PERCENT = 400;

/** Lets the blocks that a writer reads and drops wait longer for a sweep. */
export function sweepSeldom(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
}
