import type { Manifest } from '#core/manifest/manifest.ts';

/**
 * Finds out whether the chunks of whole keys are all rows in the order of their keys without a gap
 * or overlap, in each generation. That these are all rows of the source was proved when they were
 * gathered.
 */
export function keysProblems({ entries, generations }: Manifest): string[] {
  const problems: string[] = [];
  let chunks = 0;
  for (const generation of generations) {
    let end = 0;
    for (const { index, keys, within } of entries.slice(chunks, chunks + generation.chunks)) {
      if (keys === undefined || within === undefined) continue;
      if (within.start !== end) {
        problems.push(
          `chunk ${index} begins at row ${within.start} of all keys, not at row ${end}`,
        );
      }
      end = within.end;
    }
    chunks += generation.chunks;
  }
  return problems;
}
