import { formatBytes } from '#cli/frame/format-figures.ts';

/** What the machine has for the functions of a run. */
export interface Machine {
  readonly cores: number;
  /** Memory that processes can still get without swapping. */
  readonly availableBytes: number;
}

/** Functions at once, and a line for people where memory allows fewer than were wanted. */
export interface BoundConcurrency {
  readonly concurrency: number;
  readonly line: string | undefined;
}

/**
 * Memory of a writer's process.
 * @see test/e2e/writer-memory.test.ts
 */
const WRITER_BYTES = 160e6;

/** Without a wish: one for each core, and a second one that computes while the first one waits. */
const LEAST_DEFAULT = 2;

/**
 * Decides how many functions work at once: as many as asked for, if the memory holds them.
 *
 * @param writerBytes memory of one.
 */
export function boundConcurrency(
  asked: number | undefined,
  { cores, availableBytes }: Machine,
  writerBytes = WRITER_BYTES,
): BoundConcurrency {
  const wanted = asked ?? Math.max(LEAST_DEFAULT, cores);
  const fitting = Math.max(1, Math.floor(availableBytes / writerBytes));
  if (wanted <= fitting) return { concurrency: wanted, line: undefined };
  const [available, each] = [formatBytes(availableBytes), formatBytes(writerBytes)];
  const line = `${fitting} writers at once instead of ${wanted}: ${available} of memory are available, and each takes up to ${each}`;
  return { concurrency: fitting, line };
}
