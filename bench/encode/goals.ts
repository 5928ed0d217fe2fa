import type { Ratio } from './measure.ts';

/** What a measure has to reach, and what it should. */
export interface Goal {
  readonly must: number;
  readonly aim: number;
  readonly better: 'higher' | 'lower';
}

/** One line of the result. */
export interface Measure {
  readonly data: string;
  readonly measure: string;
  readonly value: number;
  /** The quartiles of repeated measures. */
  readonly quartiles?: readonly [number, number];
  readonly goal?: Goal;
}

export function ratioMeasure(data: string, measure: string, ratio: Ratio, goal?: Goal): Measure {
  const quartiles = [ratio.lowerQuartile, ratio.upperQuartile] as const;
  return { data, measure, value: ratio.median, quartiles, ...(goal && { goal }) };
}

export function isMissed({ value, goal }: Measure): boolean {
  if (goal === undefined) return false;
  return goal.better === 'higher' ? value < goal.must : value > goal.must;
}

/** At least three digits. */
export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function verdict(measure: Measure): string {
  const { value, goal } = measure;
  if (goal === undefined) return '';
  if (isMissed(measure)) return 'MISSED';
  const reached = goal.better === 'higher' ? value >= goal.aim : value <= goal.aim;
  return reached ? 'aim reached' : 'ok';
}

/** A line of text: what was measured, beside its goal. */
export function measureLine(measure: Measure): string {
  const { data, value, quartiles, goal } = measure;
  const sign = goal?.better === 'lower' ? '≤' : '≥';
  return [
    data.padEnd(14),
    measure.measure.padEnd(52),
    digits(value).padStart(7),
    (quartiles ? `${digits(quartiles[0])} – ${digits(quartiles[1])}` : '').padStart(16),
    (goal ? `must ${sign} ${goal.must}, aim ${sign} ${goal.aim}` : '').padEnd(24),
    verdict(measure),
  ].join('  ');
}
