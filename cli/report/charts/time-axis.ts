/** An axis of time: seconds of the run, shown in a unit that fits. */
export interface TimeAxis {
  /** Seconds of one of the unit. */
  readonly unit: number;
  readonly options: {
    readonly domain: readonly [number, number];
    readonly label: string;
  };
}

const UNITS = [
  { unit: 3600, from: 3 * 3600, name: 'hours' },
  { unit: 60, from: 5 * 60, name: 'minutes' },
  { unit: 1, from: 0, name: 'seconds' },
] as const;

/** The axis that all charts over time share, from 0 to the end. */
export function timeAxis(end: number): TimeAxis {
  const { unit, name } = UNITS.find(({ from }) => end >= from)!;
  return { unit, options: { domain: [0, end / unit], label: `${name} after the first try began` } };
}
