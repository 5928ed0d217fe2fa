import { GZIP, NOWHERE, PLAIN } from './peers.ts';
import type { PeersRecord } from './recorded.ts';
import { rateOf } from './results.ts';

/** Ratios and peaks are those of the first matrix. */
const MATRICES = ['counts 10k', 'WordNet'] as const;

const TITLES = [
  'one process',
  'MB/s of text, 10,000 columns',
  'MB/s, WordNet',
  'sparse-fanout is faster, plain / gzip',
  'peak RSS',
];

function rounded(value: number): string {
  return value >= 10 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(2);
}

/** MB of text per second of a peer on each matrix: 0 where it failed. */
function ratesOf(peer: string, { results }: PeersRecord): number[] {
  return MATRICES.map((matrix) => {
    const result = results.find((each) => each.peer === peer && each.matrix === matrix);
    return result === undefined || 'failure' in result ? 0 : rateOf(result);
  });
}

function peakOf(peer: string, { results }: PeersRecord): string {
  const result = results.find((each) => each.peer === peer && each.matrix === MATRICES[0]);
  if (result === undefined || 'failure' in result) return '';
  return `${rounded(result.peakRssBytes / 1e6)} MB`;
}

function cellsOf(peer: string, record: PeersRecord): string[] {
  const [rate, ...others] = ratesOf(peer, record) as [number, ...number[]];
  const isOurs = peer.startsWith(PLAIN);
  const ratios = [PLAIN, GZIP].map((ours) => rounded(ratesOf(ours, record)[0]! / rate));
  return [
    isOurs ? `**${peer}**` : peer,
    ...[rate, ...others].map((each) => (each === 0 ? 'failed' : rounded(each))),
    isOurs || rate === 0 ? '' : `${ratios.join(' × / ')} ×`,
    peakOf(peer, record),
  ];
}

/** The README's table of a record, fastest first. */
export function readmeTable(record: PeersRecord): string {
  const peers = new Set(record.results.map(({ peer }) => peer));
  const shown = [...peers]
    .filter((peer) => !peer.includes(NOWHERE))
    .sort((a, b) => ratesOf(b, record)[0]! - ratesOf(a, record)[0]!);
  const lines = [TITLES, ...shown.map((peer) => cellsOf(peer, record))];
  const [titles, ...rows] = lines.map((cells) => `| ${cells.join(' | ')} |\n`);
  return `${titles}|${'---|'.repeat(TITLES.length)}\n${rows.join('')}`;
}
