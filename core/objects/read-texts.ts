import { inOrder } from '#core/bytes/in-order.ts';
import type { StagedObject } from './stage-store.ts';

/** Small objects that are read at the same time: such reads mostly wait for S3. */
const READS_AT_ONCE = 32;

async function readText({ source }: StagedObject): Promise<string> {
  const bytes = await source.read({ offset: 0, length: source.size });
  return new TextDecoder().decode(bytes);
}

/**
 * Reads small staged objects whole and yields their texts in order. One read each, 32 at the same
 * time.
 */
export function readTexts(objects: Iterable<StagedObject>): AsyncGenerator<string> {
  return inOrder(
    Iterator.from(objects).map((object) => () => readText(object)),
    READS_AT_ONCE,
  );
}
