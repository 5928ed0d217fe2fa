import type { ConversionBounds } from './conversion-bounds.ts';
import { tileFolder, tileName } from './stage-names.ts';

/** A run of segments or buckets: `[start, end)`. */
export interface Run {
  readonly start: number;
  readonly end: number;
}

/** Segments and buckets of a conversion, and how many of each a tile has. */
export interface TileGrid {
  readonly segments: number;
  readonly buckets: number;
  readonly side: number;
}

/** The entries of some segments that lie in some buckets. */
export interface Tile {
  readonly name: string;
  readonly segments: Run;
  readonly buckets: Run;
}

/**
 * Decides whether scattered entries are merged to tiles before they are gathered. Without tiles
 * each bucket reads all segments: three reads for each pair of a segment and a bucket. With tiles
 * these are at most 8 million reads for 10,000 of each.
 *
 * @returns undefined if there are few pairs.
 */
export function gridOf(
  segments: number,
  buckets: number,
  { tileSide, directPairs }: ConversionBounds,
): TileGrid | undefined {
  if (segments * buckets <= directPairs) return undefined;
  return { segments, buckets, side: tileSide };
}

function runOf(group: number, side: number, count: number): Run {
  return { start: group * side, end: Math.min((group + 1) * side, count) };
}

/** Number of groups of segments. */
function segmentGroupsOf({ segments, side }: TileGrid): number {
  return Math.ceil(segments / side);
}

/** Number of tiles. */
export function tileCountOf(grid: TileGrid): number {
  return segmentGroupsOf(grid) * Math.ceil(grid.buckets / grid.side);
}

/** A tile by its number: those of a group of buckets follow each other. */
export function tileOf(grid: TileGrid, index: number): Tile {
  const groups = segmentGroupsOf(grid);
  const segmentGroup = index % groups;
  const bucketGroup = Math.floor(index / groups);
  return {
    name: tileName(bucketGroup, segmentGroup),
    segments: runOf(segmentGroup, grid.side, grid.segments),
    buckets: runOf(bucketGroup, grid.side, grid.buckets),
  };
}

/** All tiles with entries of a bucket, in the order of the segments, and their folder. */
export function tilesOf(
  grid: TileGrid,
  bucket: number,
): { readonly folder: string; readonly names: readonly string[]; readonly buckets: Run } {
  const group = Math.floor(bucket / grid.side);
  const groups = segmentGroupsOf(grid);
  return {
    folder: tileFolder(group),
    names: Array.from({ length: groups }, (_, segmentGroup) => tileName(group, segmentGroup)),
    buckets: runOf(group, grid.side, grid.buckets),
  };
}
