import { availableParallelism, loadavg } from 'node:os';

/** CPU milliseconds that {@link spin} takes where the quiet times of the tests were measured. */
const REFERENCE_MILLISECONDS = 67;

/** A limit is at least this many times the quiet time … */
const LEAST = 5;

/** … and at most this many times, where other programs take most of the machine. */
const MOST = 10;

/** Environment variable that hands the measure of the first process to those that it starts. */
const VARIABLE = 'SPARSE_FANOUT_PATIENCE';

/**
 * Work of a fixed length: each step needs the one before, so it takes the same time on any core.
 */
function spin(): number {
  let state = 1;
  for (let i = 0; i < 10_000_000; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223 + i) | 0;
  }
  return state;
}

/** What one piece of work took on this machine. */
export interface Measured {
  /** Of this process alone: longer on a slower processor. */
  readonly cpuMilliseconds: number;
  /** Longer than the CPU time where other programs ran in between. */
  readonly wallMilliseconds: number;
  /** Programs that want a core, for each core there is. */
  readonly load: number;
}

function measure(): Measured {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  spin();
  const wallMilliseconds = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  const load = (loadavg()[0] ?? 0) / availableParallelism();
  return { cpuMilliseconds: (user + system) / 1000, wallMilliseconds, load };
}

/**
 * How many times its quiet time a test may take on this machine: 5 to 10 times, multiplied by how
 * much slower its processor is than that of the reference machine.
 */
export function patienceFor({ cpuMilliseconds, wallMilliseconds, load }: Measured): number {
  const slower = Math.max(1, cpuMilliseconds / REFERENCE_MILLISECONDS);
  const busier = Math.max(1, wallMilliseconds / cpuMilliseconds, load);
  return slower * Math.min(MOST, LEAST * busier);
}

/**
 * Measures this machine for this process and all that it starts, unless the process that started it
 * has done so.
 */
function patienceHere(): number {
  process.env[VARIABLE] ??= patienceFor(measure()).toFixed(2);
  return Number(process.env[VARIABLE]);
}

/**
 * The time limit of something that takes `quietMilliseconds` where nothing else runs.
 *
 * @param quietMilliseconds measured on two quiet cores.
 */
export function patience(quietMilliseconds: number): number {
  return Math.ceil(quietMilliseconds * patienceHere());
}
