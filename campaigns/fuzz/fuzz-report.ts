import type { RunResult } from './fuzz-run.ts';
import type { Loss } from './worker-process.ts';

/** A run that ended in a forbidden way. */
export interface BadRun {
  readonly run: number;
  readonly how: Loss | 'difference';
  readonly reason: string;
}

/** Something that happened in several runs, and some of these runs. */
export interface Seen {
  readonly what: string;
  count: number;
  readonly runs: number[];
}

const SAMPLE_RUNS = 3;

/** Makes sentences equal that differ only in numbers and names. */
function generalize(text: string): string {
  return text
    .slice(0, 200)
    .replace(/fuzz\/\S*/g, '…')
    .replace(/(["'`]).*?\1/g, '"…"')
    .replace(/-?\d[\d.e+]*/g, 'N')
    .slice(0, 110);
}

/** Counts things by their sentence, and keeps the first runs in which they happened. */
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
  /** Number of runs by group, then by how they ended. */
  readonly counts = new Map<string, Map<string, number>>();
  readonly bad: BadRun[] = [];
  /**
   * Runs in which we read what the libraries refuse. If the rows are not those of the seed, people
   * should check them.
   */
  readonly onlyWe = new SeenList();
  /** Runs of a sample in which the libraries read what we refuse. */
  readonly onlyLibraries = new SeenList();
  /** Runs in which the libraries crash, hang or find a shape too large. */
  readonly declined = new SeenList();
  /** Lost runs that ended well when repeated, because the machine had been busy. */
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
