import type { StageStore } from '#core/objects/stage-store.ts';
import { resolveConversion } from '#core/sparse/stage/convert.ts';
import type { EntrySource } from '#core/sparse/stage/entry-source.ts';
import type { SourceFormat } from './format-names.ts';
import type { Resolution } from './matrix-format.ts';

/**
 * Resolves a matrix whose entries do not lie row by row: to the parts by rows that it was converted
 * to, or to the jobs of {@link stageConversion} that are still to be done.
 *
 * @throws as {@link resolveConversion} does.
 */
export async function resolveEntries(
  format: SourceFormat,
  entries: EntrySource,
  staged: StageStore,
): Promise<Resolution> {
  const conversion = await resolveConversion(entries, staged);
  const { shape, dtype, maxEntries } = entries;
  if ('jobs' in conversion) return { ...conversion, shape, stored: { dtype, entries: maxEntries } };
  const { parts } = conversion;
  const nnz = parts.reduce((sum, part) => sum + part.nnz, 0);
  return { layout: { kind: 'matrix', format, shape, dtype, nnz, parts } };
}
