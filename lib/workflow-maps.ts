/**
 * Ids of the Distributed Maps. They are part of the ARNs of their Map Runs and children, so they
 * must not change.
 */
export const MAPS = {
  stage: 'StageSource',
  scatter: 'ScatterTables',
  write: 'WriteChunks',
  writeTable: 'WriteTables',
  loadTable: 'LoadTables',
  copyDatabase: 'CopyDatabases',
} as const;

/** The Maps of functions that reach databases. */
const REACHING: readonly string[] = [MAPS.loadTable, MAPS.copyDatabase];

/** The Maps that a workflow has. */
export function mapsOf({ databases }: { readonly databases: unknown }): readonly string[] {
  return Object.values(MAPS).filter((map) => databases !== undefined || !REACHING.includes(map));
}
