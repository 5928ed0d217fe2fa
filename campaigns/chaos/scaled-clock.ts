import { type Clock, systemClock } from '@sparse-fanout/local-cloud/stepfunctions/clock.ts';

/** A clock that runs faster than the machine's, and can jump. */
export interface ScaledClock extends Clock {
  /** Adds to what {@link Clock.now} returns from now on. Waits that have begun are not changed. */
  jump(milliseconds: number): void;
}

/** Makes a clock on which `speed` milliseconds pass in one real millisecond. */
export function createScaledClock(speed: number): ScaledClock {
  const start = Date.now();
  let jumped = 0;
  return {
    now: () => Math.floor(start + (Date.now() - start) * speed + jumped),
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / speed, signal),
    jump(milliseconds) {
      jumped += milliseconds;
    },
  };
}
