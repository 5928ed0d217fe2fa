import { inOrderWithin, type SizedTask } from '#core/bytes/in-order.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { blaming } from './own-fault.ts';
import type { ParquetPart, TextPart } from './table-slice.ts';

/** Smaller objects are read whole, before their turn: their reads mostly wait for S3. */
const SMALL_BYTES = 4 * 1024 * 1024;

/** Objects of 50 kB then come as fast as large ones. */
const HELD = { atOnce: 32, maxBytes: 32 * 1024 * 1024 };

function taskOf<P extends TextPart | ParquetPart>(part: P): SizedTask<P> {
  const { source } = part;
  if (source.size > SMALL_BYTES) return { bytes: 0, run: async () => part };
  const whole = { offset: 0, length: source.size };
  const fetch = () => withPrefetched(source, [whole]);
  const run = async (): Promise<P> => ({ ...part, source: await blaming(source.uri, fetch) });
  return { bytes: source.size, run };
}

type Parts<P> = readonly P[] | AsyncIterable<P>;

async function* tasksOf<P extends TextPart | ParquetPart>(
  parts: Parts<P>,
): AsyncGenerator<SizedTask<P>> {
  for await (const part of parts) yield taskOf(part);
}

/**
 * The parts of a slice in their order; those of small objects are fetched ahead, one read each.
 * Holds 32 MiB.
 */
export function fetchedParts<P extends TextPart | ParquetPart>(parts: Parts<P>): AsyncGenerator<P> {
  return inOrderWithin(tasksOf(parts), HELD);
}
