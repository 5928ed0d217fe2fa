import { crc32 } from 'node:zlib';
import type { StoredRun } from '#cli/outputs/stored-run.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { settingsOf } from '#core/manifest/generations.ts';
import { type Generation, type Manifest, parseManifest } from '#core/manifest/manifest.ts';
import { totalsProblems } from './manifest-problems.ts';

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Faults in the list of generations itself: a gap or overlap of rows or chunks, or another run than
 * that of the manifest.
 */
function listProblems(manifest: Manifest, generations: readonly Generation[]): string[] {
  const problems: string[] = [];
  let row = 0;
  let chunks = 0;
  for (const [position, { generation, rowStart, rowEnd, ...own }] of generations.entries()) {
    const expected = generations[0]!.generation + position;
    if (generation !== expected) {
      problems.push(`generation ${generation} is in the place of generation ${expected}`);
    }
    const entries = manifest.entries.slice(chunks, chunks + own.chunks);
    if (rowStart !== row || rowEnd !== (entries.at(-1)?.rowEnd ?? row)) {
      problems.push(
        `generation ${generation} says rows ${rowStart} to ${rowEnd}, which are not those of its chunks`,
      );
    }
    row = rowEnd;
    chunks += own.chunks;
  }
  if (chunks !== manifest.entries.length) {
    problems.push(`the generations have ${chunks} of ${manifest.entries.length} chunks`);
  }
  const last = generations.at(-1);
  if (manifest.generation !== last?.generation || last.runId !== manifest.runId) {
    problems.push(
      `generation ${manifest.generation} of run ${manifest.runId} is not the last of the list`,
    );
  }
  return problems;
}

/** Compares what a newer manifest says of the one before it with that manifest. */
function linkProblems(newer: Manifest, text: string, generation: number): string[] {
  const bytes = Buffer.from(text);
  const link = { generation, bytes: bytes.length, crc32: crc32Hex(crc32(bytes)) };
  if (isSame(newer.previous, link)) return [];
  return [
    `the manifest of generation ${generation} has ${link.bytes} bytes and CRC-32 ${link.crc32}, which generation ${generation + 1} does not say`,
  ];
}

/** What each manifest says of the runs whose rows are not in the output. */
function replacedProblems(newer: Manifest, older: Manifest, overwrites: boolean): string[] {
  const gone = overwrites ? older.generations : [];
  const expected = [
    ...(older.replaced ?? []),
    ...gone.map(({ generation, runId }) => ({ generation, runId })),
  ];
  if (isSame(newer.replaced ?? [], expected)) return [];
  return [`generation ${newer.generation} does not list the runs that were replaced`];
}

function prefixProblems(newer: Manifest, older: Manifest, generation: number): string[] {
  const { generations } = older;
  const [before, now] = [settingsOf(older), settingsOf(newer)];
  const facts: readonly (readonly [string, unknown, unknown])[] = [
    ['the chunks', older.entries, newer.entries.slice(0, older.entries.length)],
    ['the list of generations', generations, newer.generations.slice(0, generations.length)],
    ...Object.keys(now).map((name) => [name, before[name], now[name]] as const),
  ];
  return facts
    .filter(([, old, current]) => !isSame(old, current))
    .map(([fact]) => `${fact} of generation ${generation} changed in generation ${generation + 1}`);
}

/**
 * Finds everything that is wrong with the generations of an output: faults in their list, a
 * manifest that is missing or is not the one that the next was written after, and chunks that
 * changed from one generation to one that comes after it. Reads each manifest once; holds two.
 */
export async function generationProblems(run: StoredRun): Promise<string[]> {
  const { manifest, text } = run;
  const { generation: latest, generations } = manifest;
  const problems = listProblems(manifest, generations);
  const own = await run.readGeneration(latest);
  if (own !== text) {
    problems.push(
      `the manifest of generation ${latest} is ${own === undefined ? 'missing' : 'another one'}`,
    );
  }
  let newer = manifest;
  for (let generation = latest - 1; generation > 0; generation -= 1) {
    const olderText = await run.readGeneration(generation);
    if (olderText === undefined) {
      return [...problems, `the manifest of generation ${generation} is missing`];
    }
    const older = parseManifest(olderText);
    const overwrites = newer.generations[0]?.generation === newer.generation;
    problems.push(
      ...linkProblems(newer, olderText, generation),
      ...replacedProblems(newer, older, overwrites),
      ...(overwrites ? [] : prefixProblems(newer, older, generation)),
      ...totalsProblems(older),
    );
    newer = older;
  }
  return problems;
}
