import { memorySource } from '#core/bytes/memory-source.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import type { MatrixFacts } from '#core/sparse/matrix-facts.ts';
import { scaledFacts } from '#core/sparse/sketched-facts.ts';
import { wholeLines } from '#core/text/gunzip.ts';
import { factsOf } from './open-source.ts';
import type { ResolveContext } from './resolve-source.ts';
import { stageInMemory } from './stage-in-memory.ts';

/** Bytes of the object whose lines are read. */
const FIRST_BYTES = 4 * 1024 ** 2;

/**
 * What the first lines of a text say of the whole matrix, if these have as many entries as all
 * others. Reads 4 MiB.
 *
 * @returns undefined if the unit is no text of whole rows.
 */
export async function sampleText(
  { uri, objects }: SourceUnit,
  context: ResolveContext,
): Promise<MatrixFacts | undefined> {
  const [object, ...others] = objects;
  if (object === undefined || others.length > 0) return undefined;
  const length = Math.min(FIRST_BYTES, object.size);
  const lines = wholeLines(await context.store.open(object).read({ offset: 0, length }));
  const text = memorySource(new Uint8Array(lines), uri);
  const { etag, size } = text;
  const unit = { uri, objects: [{ uri, etag, versionId: null, size }] };
  const store = { ...context.store, open: () => text };
  try {
    const staged = await stageInMemory([unit], { ...context, store });
    if (staged === undefined) return undefined;
    return scaledFacts(factsOf(staged.layout), object.size / length);
  } catch {
    // What can be read of a part is no sample of the whole.
    return undefined;
  }
}
