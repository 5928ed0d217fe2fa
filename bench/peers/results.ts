import { digits } from '#bench/encode/goals.ts';
import { median } from '#bench/encode/measure.ts';
import { GZIP, PLAIN } from './peers.ts';
import type { PeerReport } from './run-peer.ts';

interface PeerMeasure extends PeerReport {
  /** Bytes of the plain text, even if it was stored compressed. */
  readonly textBytes: number;
}

/** What one peer did with one matrix: a measure, or the reason why there is none. */
export type PeerResult = {
  readonly matrix: string;
  readonly peer: string;
  /** When the measurement began, and how busy the machine was. */
  readonly date: string;
  readonly load: number;
} & (PeerMeasure | { readonly failure: string });

/** MB of text per second, by the median time. */
export function rateOf({ textBytes, seconds }: Pick<PeerMeasure, 'textBytes' | 'seconds'>): number {
  return textBytes / median(seconds) / 1e6;
}

/** The title of the columns of `resultLine`. */
export const RESULT_TITLE = [
  'matrix'.padEnd(10),
  'way'.padEnd(38),
  'MB/s'.padStart(7),
  'slowest – fastest'.padStart(19),
  'rows/s'.padStart(8),
  'rows'.padStart(7),
  'prepared in'.padStart(11),
  'peak RSS'.padStart(8),
  'plain ÷ it'.padStart(10),
  'gzip ÷ it'.padStart(9),
].join('  ');

/** How many times as fast as the peer our own way is. */
function ratioTo(peer: PeerMeasure, own: string, results: readonly PeerResult[]): string {
  const ours = results.find(({ peer: name }) => name === own);
  if (ours === undefined || 'failure' in ours) return '';
  return digits(rateOf(ours) / rateOf(peer));
}

/**
 * A line of text: what was measured, or why it was not.
 *
 * @param results of the same matrix; our own ways among them are what the result is compared with.
 */
export function resultLine(result: PeerResult, results: readonly PeerResult[]): string {
  const name = `${result.matrix.padEnd(10)}  ${result.peer.padEnd(38)}`;
  if ('failure' in result) return `${name}  failed: ${result.failure}`;
  const { rows, textBytes, seconds, prepareSeconds, peakRssBytes, limit } = result;
  const rates = seconds.map((time) => textBytes / time / 1e6).sort((a, b) => a - b);
  return [
    name,
    digits(rateOf(result)).padStart(7),
    `${digits(rates[0]!)} – ${digits(rates.at(-1)!)}`.padStart(19),
    (rows / median(seconds)).toFixed(0).padStart(8),
    String(rows).padStart(7),
    `${median(prepareSeconds).toFixed(1)} s`.padStart(11),
    `${(peakRssBytes / 1e6).toFixed(0)} MB`.padStart(8),
    ratioTo(result, PLAIN, results).padStart(10),
    ratioTo(result, GZIP, results).padStart(9),
    ...(limit === undefined ? [] : [`${limit.rows} rows failed: ${limit.failure}`]),
  ].join('  ');
}
