import { availableParallelism, loadavg } from 'node:os';

/** CPU milliseconds that {@link spin} takes where the quiet times of the tests were measured. */
const REFERENCE_MILLISECONDS = 67;

/** A limit allows so many quiet times where nothing else runs … */
const LEAST = 5;

/** … and no more than so many where other programs take most of the machine. */
const MOST = 10;

/** Carries what the first process found to those that it starts. */
const VARIABLE = 'SPARSE_FANOUT_PATIENCE';

/** Work of a fixed length: each step needs the one before, so it takes the same time on any core. */
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
  /** Longer than that where other programs had their turn. */
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
 * How many times as long as on the quiet reference machine a test may take on this one: 5 to 10 times, and as
 * much more as its processor is slower.
 */
export function patienceFor({ cpuMilliseconds, wallMilliseconds, load }: Measured): number {
  const slower = Math.max(1, cpuMilliseconds / REFERENCE_MILLISECONDS);
  const busier = Math.max(1, wallMilliseconds / cpuMilliseconds, load);
  return slower * Math.min(MOST, LEAST * busier);
}

/** Measures this machine for this process and all that it starts, unless the one that started it has. */
function patienceHere(): number {
  process.env[VARIABLE] ??= patienceFor(measure()).toFixed(2);
  return Number(process.env[VARIABLE]);
}

/**
 * The limit of something that takes so many milliseconds where nothing else runs.
 *
 * @param quietMilliseconds measured on two quiet cores.
 */
export function patience(quietMilliseconds: number): number {
  return Math.ceil(quietMilliseconds * patienceHere());
}
