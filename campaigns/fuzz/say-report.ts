import type { BadRun, FuzzReport, Seen } from './fuzz-report.ts';
import { OTHER_ROWS } from './fuzz-run.ts';

/** Columns of the table, and what is counted in each. */
const COLUMNS = {
  runs: 'runs',
  accepted: 'accepted',
  corrupt: 'CorruptSourceError',
  incomplete: 'IncompleteSourceError',
  unsupported: 'UnsupportedSourceError',
  bound: 'BoundExceededError',
  request: 'RequestError',
  staged: 'StagedTooMuch',
  equal: 'equal',
  'they refuse': 'library refuses',
  declined: 'library declines',
  different: 'different',
} as const;

const MIB = 2 ** 20;
const MOST_LINES = 30;

function line(cells: readonly (string | number)[]): string {
  const [first, ...rest] = cells;
  return `${String(first).padEnd(14)}${rest.map((cell) => String(cell).padStart(12)).join('')}`;
}

function table({ counts }: FuzzReport): string[] {
  const names = Object.values(COLUMNS);
  const sum = (name: string) =>
    [...counts.values()].reduce((total, of) => total + (of.get(name) ?? 0), 0);
  return [
    line(['', ...Object.keys(COLUMNS)]),
    ...[...counts].map(([group, of]) => line([group, ...names.map((name) => of.get(name) ?? 0)])),
    line(['all', ...names.map(sum)]),
  ];
}

function seenLines(title: string, seen: readonly Seen[]): string[] {
  if (seen.length === 0) return [];
  const shown = seen.slice(0, MOST_LINES);
  const more = seen.length - shown.length;
  return [
    title,
    ...shown.map(({ what, count, runs }) => `  ${count} × ${what} (runs ${runs.join(', ')})`),
    ...(more > 0 ? [`  and ${more} others`] : []),
  ];
}

/** What people should check comes first. */
function withOtherRowsFirst(seen: readonly Seen[]): readonly Seen[] {
  const has = ({ what }: Seen) => Number(what.includes(OTHER_ROWS));
  return seen.toSorted((a, b) => has(b) - has(a));
}

function badLines(bad: readonly BadRun[], seed: number, name: string): string[] {
  return bad.flatMap(({ run, how, reason }) => [
    `${how} in run ${run}: ${reason.split('\n').slice(0, 4).join('\n    ')}`,
    `  again: npm run campaign -- ${name} --only ${run} --seed ${seed}`,
  ]);
}

/** The lines that people read after a campaign. */
export function reportLines(report: FuzzReport, seed: number, name = 'fuzz'): string[] {
  const { bad, unsure, slowest, peakRssBytes, onlyWe, onlyLibraries, declined } = report;
  const count = (kind: BadRun['how']) => bad.filter(({ how }) => how === kind).length;
  const late = unsure.map(({ run, how }) => `${how} in run ${run}`).join(', ');
  return [
    ...table(report),
    ...seenLines('we read what the libraries refuse:', withOtherRowsFirst(onlyWe.all)),
    ...seenLines('the libraries read what we refuse (of a sample):', onlyLibraries.all),
    ...seenLines('the libraries cannot be asked:', declined.all),
    `slowest: ${Math.round(slowest?.milliseconds ?? 0)} ms in run ${slowest?.run}; a worker held at most ${Math.round(peakRssBytes / MIB)} MiB`,
    ...(late === '' ? [] : [`not again when repeated alone: ${late}`]),
    ...badLines(bad, seed, name),
    `${report.runs} runs: crashes ${count('crash')}, hangs ${count('hang')}, memory breaches ${count('breach')}, differences ${count('difference')}`,
  ];
}
