import type { StepFigures } from './measure.ts';

type Measured = 'cpuSeconds' | 'wallSeconds' | 'megabytes';

/** The most that each step may cost, for a million chunks and so for fewer. */
const GOALS: Readonly<Record<StepFigures['step'], Partial<Record<Measured, number>>>> = {
  Plan: { cpuSeconds: 20, megabytes: 300 },
  Finalize: { cpuSeconds: 80, megabytes: 450, wallSeconds: 180 },
};

const UNITS: Readonly<Record<Measured, string>> = {
  cpuSeconds: 's of CPU',
  wallSeconds: 's',
  megabytes: 'MB',
};

/** One sentence for each goal that a step missed. */
export function missedGoals(figures: StepFigures): string[] {
  const goals = Object.entries(GOALS[figures.step]) as [Measured, number][];
  return goals
    .filter(([name, most]) => figures[name] > most)
    .map(
      ([name, most]) =>
        `${figures.step} took ${figures[name].toFixed(1)} ${UNITS[name]}, allowed are ${most}`,
    );
}
