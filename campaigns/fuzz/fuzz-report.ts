import type { RunResult } from './fuzz-run.ts';
import type { Loss } from './worker-process.ts';

/** A run that must not end so. */
export interface BadRun {
  readonly run: number;
  readonly how: Loss | 'difference';
  readonly reason: string;
}

/** Something that happened in several runs, and some of those. */
export interface Seen {
  readonly what: string;
  count: number;
  readonly runs: number[];
}

const SAMPLE_RUNS = 3;

/** The same sentence whatever numbers and names are in it. */
function generalize(text: string): string {
  return text
    .slice(0, 200)
    .replace(/fuzz\/\S*/g, '…')
    .replace(/(["'`]).*?\1/g, '"…"')
    .replace(/-?\d[\d.e+]*/g, 'N')
    .slice(0, 110);
}

/** Counts things by what they are and keeps the first runs they happened in. */
class SeenList {
  readonly #seen = new Map<string, Seen>();

  add(what: string, run: number): void {
    const seen = this.#seen.get(what) ?? { what, count: 0, runs: [] };
    seen.count++;
    if (seen.runs.length < SAMPLE_RUNS) seen.runs.push(run);
    this.#seen.set(what, seen);
  }

  /** Most frequent first. */
  get all(): readonly Seen[] {
    return [...this.#seen.values()].sort((a, b) => b.count - a.count);
  }
}

/** What a campaign found. */
export class FuzzReport {
  /** By group, then by how runs ended. */
  readonly counts = new Map<string, Map<string, number>>();
  readonly bad: BadRun[] = [];
  /** We read what the libraries refuse; other rows than those of the seed deserve a look. */
  readonly onlyWe = new SeenList();
  /** The libraries read what we refuse; of a sample. */
  readonly onlyLibraries = new SeenList();
  /** The libraries crash, hang or find a shape too large. */
  readonly declined = new SeenList();
  /** Losses that did not happen again: the machine was busy. */
  readonly unsure: BadRun[] = [];
  runs = 0;
  peakRssBytes = 0;
  slowest: RunResult | undefined;

  add(result: RunResult): void {
    const { run, group, end, name, message, comparison, reason = '' } = result;
    this.runs++;
    this.#count(group, 'runs');
    this.#count(group, end === 'refused' ? name : end);
    if (comparison !== undefined) this.#count(group, comparison);
    if ((this.slowest?.milliseconds ?? 0) < result.milliseconds) this.slowest = result;
    if (end === 'crashed') this.bad.push({ run, how: 'crash', reason: message });
    if (comparison === 'different') {
      this.bad.push({ run, how: 'difference', reason: 'the libraries read other rows' });
    }
    if (comparison === 'library refuses') this.onlyWe.add(`${group}: ${generalize(reason)}`, run);
    if (comparison === 'library declines') this.declined.add(`${group}: ${reason}`, run);
    if (comparison === 'library reads') {
      this.onlyLibraries.add(`${group}: ${name}: ${generalize(message)}`, run);
    }
  }

  addLoss({ isSure, ...loss }: BadRun & { readonly isSure: boolean }): void {
    if (loss.how !== 'breach') this.runs++;
    (isSure ? this.bad : this.unsure).push(loss);
  }

  notePeak(bytes: number): void {
    this.peakRssBytes = Math.max(this.peakRssBytes, bytes);
  }

  #count(group: string, what: string): void {
    const counts = this.counts.get(group) ?? new Map<string, number>();
    counts.set(what, (counts.get(what) ?? 0) + 1);
    this.counts.set(group, counts);
  }
}
