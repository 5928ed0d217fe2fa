import { inOrder } from '#core/bytes/in-order.ts';
import { BoundExceededError } from '#core/errors.ts';
import { LARGE_GZIP_BYTES, type TextTask } from '#core/tables/run/text-indexes.ts';
import { indexedTexts, type UnitsSource } from './table-units.ts';
import { MAX_TEXT_BYTES } from './text-file.ts';

/** Each is a line of the jobs that are held, and some requests. */
const MAX_TEXTS = 10_000;

const READS_AT_ONCE = 32;

function hasLarge({ objects, indexes }: Omit<UnitsSource, 'layout'>): boolean {
  for (let object = 0; object < objects.count; object++) {
    if (indexes?.isIndexed({ size: objects.sizeOf(object) }, 'gzip')) return true;
  }
  return false;
}

/**
 * The jobs of the next Stage round of a table, in the order of its objects: one for each large text
 * that has no seek index yet.
 *
 * One LIST request for each large text, 32 at the same time. Holds 300 bytes for a job.
 *
 * @throws {BoundExceededError} more than 10,000 large texts.
 */
export async function textsToStage(
  table: UnitsSource & Required<Pick<UnitsSource, 'indexes'>>,
): Promise<readonly TextTask[]> {
  const { indexes } = table;
  if (!hasLarge(table)) return [];
  const texts = await Array.fromAsync(indexedTexts(table));
  if (texts.length > MAX_TEXTS) {
    throw new BoundExceededError(
      `the table has ${texts.length} texts in gzip of more than ${LARGE_GZIP_BYTES} bytes, each of which gets a seek index, at most ${MAX_TEXTS} are allowed; give parts of it as sources of their own`,
    );
  }
  const tasks = texts.map((text, index) => () => indexes.taskOf(text, index));
  const found = await Array.fromAsync(inOrder(tasks, READS_AT_ONCE));
  return found.filter((task) => task !== undefined);
}

/**
 * Bytes of source, as they are stored, that have as much text as a writer has room for in the large
 * text that inflates most. Infinite without large texts.
 */
export async function maxFileShare(source: UnitsSource): Promise<number> {
  const { indexes, store } = source;
  let share = Number.POSITIVE_INFINITY;
  const texts = await Array.fromAsync(indexedTexts(source));
  const tasks = texts.map((text) => async () => {
    const opened = await indexes!.open(text, store);
    return MAX_TEXT_BYTES * (text.size / opened.source.size);
  });
  for await (const each of inOrder(tasks, READS_AT_ONCE)) share = Math.min(share, each);
  return share;
}
