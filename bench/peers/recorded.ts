import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PeerResult } from './results.ts';

const RESULTS = path.join(import.meta.dirname, '../results');

/** One run of `bench:peers` as it is kept. */
export interface PeersRecord {
  readonly machine: { readonly date: string; readonly [figure: string]: unknown };
  readonly versions: Readonly<Record<string, string>>;
  readonly data: string;
  /** For each peer and matrix. */
  readonly seconds: number;
  readonly results: readonly PeerResult[];
}

function fileOf({ machine }: PeersRecord): string {
  return path.join(RESULTS, `peers-${machine.date.slice(0, 10)}.json`);
}

/** The record of the last day that has one. */
export async function newestRecord(): Promise<PeersRecord | undefined> {
  const names = await readdir(RESULTS).catch(() => []);
  const newest = names
    .filter((name) => name.startsWith('peers-'))
    .sort()
    .at(-1);
  if (newest === undefined) return undefined;
  return JSON.parse(await readFile(path.join(RESULTS, newest), 'utf8'));
}

/** Keeps the record in place of one of the same day. */
export async function keepRecord(record: PeersRecord): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  await writeFile(fileOf(record), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** A record with some of its results measured again; each stays in its place. */
export function amendedRecord(record: PeersRecord, again: readonly PeerResult[]): PeersRecord {
  const isSame = (one: PeerResult) => (other: PeerResult) =>
    one.matrix === other.matrix && one.peer === other.peer;
  const results = record.results.map((result) => again.find(isSame(result)) ?? result);
  const added = again.filter((result) => !record.results.some(isSame(result)));
  const versions = again.map((result) => ('versions' in result ? result.versions : {}));
  return {
    ...record,
    versions: Object.assign({}, record.versions, ...versions),
    results: [...results, ...added],
  };
}
