import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { measureLine } from '#bench/encode/goals.ts';
import { thisMachine } from '#bench/machine.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { withSource } from '#cli/sources/with-source.ts';
import { pythonOfPeers } from './environment.ts';
import { type BenchMatrix, benchMatrices } from './matrices.ts';
import { NOWHERE, peersOf } from './peers.ts';
import { amendedRecord, keepRecord, newestRecord, type PeersRecord } from './recorded.ts';
import { type PeerResult, RESULT_TITLE, resultLine } from './results.ts';
import { type Peer, type PeerReport, runPeer } from './run-peer.ts';
import { isTextOf, textBytes } from './same-text.ts';
import { writerGoals } from './writer-goals.ts';

/** `npm run bench:peers`: the same matrices written as CSV by us and by others. */
const FOLDER = path.join(import.meta.dirname, '../../.sparse-fanout/peers');
/** Files in memory, where the system has them, so that the speed of the disk does not count. */
const OUT_FOLDER = existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();

const DEFAULT_SECONDS = 60;

const command = new Command('bench:peers')
  .description('write the same matrices as CSV with other tools and compare the rates')
  .option('--seconds <n>', 'for each peer and matrix', parseCount, DEFAULT_SECONDS)
  .option('--only <pattern>', 'measure these of `matrix: peer` again, into the newest results')
  .parse();
const { seconds, only = '' } = command.opts<{ seconds: number; only?: string }>();

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function moment(): { readonly date: string; readonly load: number } {
  return { date: new Date().toISOString(), load: os.loadavg()[0]! };
}

/** Without their environment each peer fails, and its failure is shown. */
async function pythonOrAny(): Promise<string> {
  try {
    return await pythonOfPeers();
  } catch (error) {
    say(`no environment for the peers could be made: ${error}`);
    return 'python3';
  }
}

/**
 * Counts the bytes of the text, after comparing them with ours. A peer that writes other text does
 * not count, however fast.
 */
async function checkedBytes(peer: Peer, { rows }: PeerReport, path: string, out: string) {
  const asked = { locations: [path], options: {} };
  return await withSource(asked, new AbortController().signal, async ({ source }) => {
    const range = { rowStart: 0, rowEnd: rows };
    const written = { out, gzip: peer.gzip === true };
    if (peer.discards !== true && !(await isTextOf(written, source, range))) {
      throw new Error('it wrote another text than ours');
    }
    return await textBytes(source, range);
  });
}

/** Runs a peer. If it does not write the text, its result is the reason. */
async function resultOf(peer: Peer, matrix: BenchMatrix, folder: string): Promise<PeerResult> {
  const out = peer.discards === true ? NOWHERE : path.join(folder, 'out.csv');
  const named = { matrix: matrix.name, peer: peer.name, ...moment() };
  try {
    const report = await runPeer(peer, { source: matrix.path, out, seconds });
    const bytes = await checkedBytes(peer, report, matrix.path, out);
    return { ...named, ...report, textBytes: bytes };
  } catch (error) {
    return { ...named, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    if (out !== NOWHERE) await rm(out, { recursive: true, force: true });
  }
}

function isAskedFor(matrix: BenchMatrix, peer: Peer): boolean {
  return new RegExp(only, 'i').test(`${matrix.name}: ${peer.name}`);
}

/**
 * @param known earlier results; the peers are compared with our rates in them where ours are not
 * measured now.
 */
async function measureAll(
  peers: readonly Peer[],
  matrix: BenchMatrix,
  known: readonly PeerResult[],
): Promise<PeerResult[]> {
  const results: PeerResult[] = [];
  const folder = await mkdtemp(path.join(OUT_FOLDER, 'sparse-fanout-peers-'));
  try {
    for (const peer of peers.filter((each) => isAskedFor(matrix, each))) {
      const result = await resultOf(peer, matrix, folder);
      results.push(result);
      const compared = [...results, ...known.filter((each) => each.matrix === matrix.name)];
      say(resultLine(result, compared));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return results;
}

await mkdir(FOLDER, { recursive: true });
const peers = peersOf(await pythonOrAny());
const matrices = await benchMatrices(FOLDER);
const machine = { ...thisMachine(), memoryBytes: os.totalmem() };
const data =
  'counts 10k: made-up counts, 50,000 x 10,000, 60 entries a row; WordNet: words of its glosses, 117,791 x 7,103, 1.1 million entries; int64';
say(
  `${JSON.stringify(machine)}\n${data}\n${seconds} s a peer, medians of 3, files in ${OUT_FOLDER}\n${RESULT_TITLE}`,
);
const before = only === '' ? undefined : await newestRecord();
const base: PeersRecord = before ?? { machine, versions: {}, data, seconds, results: [] };
const results: PeerResult[] = [];
for (const matrix of matrices) results.push(...(await measureAll(peers, matrix, base.results)));
const record = amendedRecord(base, results);
for (const measure of writerGoals(record.results)) say(measureLine(measure));
say(JSON.stringify(record.versions));
await keepRecord(record);
