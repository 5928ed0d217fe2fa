import type { Manifest } from '#core/manifest/manifest.ts';

/** What a manifest names beside it. */
type Naming = Pick<Manifest, 'entries' | 'companions' | 'segments' | 'segmentList'>;

/**
 * URIs of the objects below `_manifest/` that a manifest names, but for the names of columns: rows
 * that were left out, companions, and the segments of one object.
 */
export function namedUris({
  entries,
  companions = [],
  segments = [],
  segmentList,
}: Naming): readonly string[] {
  const rejects = [...entries, ...segments].map((each) => each.rejects);
  const all = [...rejects, ...companions.map(({ uri }) => uri), segmentList?.uri];
  return all.filter((uri) => uri !== undefined);
}
