import type { DurationSpread } from './duration-spread.ts';
import { meanSeconds, mostAtOnce, type SimulatedMap } from './simulated-map.ts';

/**
 * What the last functions take: `integral(x)` is that of -log F from `x` on, where F is the share
 * of the functions that need less time.
 */
class Tail {
  readonly #seconds: Float64Array;
  /** The integral from each duration on. */
  readonly #from: Float64Array;

  constructor({ workSeconds, overheadSeconds }: SimulatedMap, { multiples }: DurationSpread) {
    const count = multiples.length;
    this.#seconds = multiples.map((multiple) => overheadSeconds + workSeconds * multiple);
    this.#from = new Float64Array(count);
    for (let at = count - 2; at >= 0; at -= 1) {
      const width = this.#seconds[at + 1]! - this.#seconds[at]!;
      this.#from[at] = this.#from[at + 1]! + width * -Math.log((at + 1) / count);
    }
  }

  /** All of them, ascending. */
  get seconds(): Float64Array {
    return this.#seconds;
  }

  /** @param seconds at least the shortest. */
  integral(seconds: number): number {
    const count = this.#seconds.length;
    if (seconds >= this.#seconds[count - 1]!) return 0;
    let [low, high] = [0, count - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#seconds[middle]! <= seconds) low = middle;
      else high = middle;
    }
    const width = this.#seconds[high]! - seconds;
    return this.#from[high]! + width * -Math.log((low + 1) / count);
  }
}

/** Where an increasing function reaches a value, between two bounds. */
function solve(value: number, bounds: readonly [number, number], of: (x: number) => number) {
  let [low, high] = bounds;
  for (let round = 0; round < 60; round += 1) {
    const middle = (low + high) / 2;
    if (of(middle) < value) low = middle;
    else high = middle;
  }
  return high;
}

/** Functions that are at work at a time, as a fluid: as they are started, as Lambda lets them. */
function rampOf({ dispatchPerSecond, scaling }: SimulatedMap, most: number) {
  const { burst, perSecond } = scaling;
  const corners = [
    0,
    Math.max(0, burst / (dispatchPerSecond - perSecond)),
    most / dispatchPerSecond,
  ];
  if (perSecond > 0) corners.push(Math.max(0, (most - burst) / perSecond));
  const sorted = corners.filter((corner) => Number.isFinite(corner)).sort((a, b) => a - b);
  const at = (seconds: number) =>
    Math.min(dispatchPerSecond * seconds, burst + perSecond * seconds, most);
  /** Work done until then: the ramp has straight pieces between its corners. */
  const until = (seconds: number) => {
    const times = [...sorted.filter((corner) => corner < seconds), seconds];
    return times.reduce((sum, time, place) => {
      const before = times[place - 1] ?? 0;
      return sum + ((at(before) + at(time)) / 2) * (time - before);
    }, 0);
  };
  return { at, until };
}

/** When the last child starts: as fast as they are started, or as others make room. */
function lastStart(map: SimulatedMap, mean: number): number {
  const { chunks, dispatchPerSecond, spread } = map;
  const ramp = rampOf(map, mostAtOnce(map));
  // Functions that are at work have done half of it on average, and those that take long more.
  const share = chunks > mostAtOnce(map) ? (1 + spread.variation ** 2) / 2 : 1;
  const started = (seconds: number) => ramp.until(seconds) / mean + share * ramp.at(seconds);
  const all = chunks * mean + chunks / dispatchPerSecond;
  return Math.max(chunks / dispatchPerSecond, solve(chunks, [0, all], started));
}

/** The mean of a time that is above each of some moments with a share that falls. */
function meanAbove(moments: Float64Array, shareAbove: (seconds: number) => number): number {
  return moments.reduce((sum, moment, at) => {
    const width = moment - (moments[at - 1] ?? 0);
    return sum + width * (at === 0 ? 1 : shareAbove(moment - width / 2));
  }, 0);
}

/**
 * How long a Map takes on average, without a simulation: when its last child starts, and how long
 * it takes from then until all have ended, as they were started at a steady rate. A cross-check of
 * `simulateMap` where Lambda throttles nothing; where it does the Map takes longer, as waits grow
 * up to a minute.
 *
 * @returns seconds.
 */
export function closedForm(map: SimulatedMap): number {
  const tail = new Tail(map, map.spread);
  const mean = meanSeconds(map);
  const startedAt = lastStart(map, mean);
  const rate = Math.max(map.chunks / startedAt, mostAtOnce(map) / mean);
  const perSecond = Math.min(map.dispatchPerSecond, rate);
  const shareAtWork = (seconds: number) => {
    const integral = tail.integral(seconds) - tail.integral(seconds + startedAt);
    return 1 - Math.exp(-perSecond * integral);
  };
  return startedAt + meanAbove(tail.seconds, shareAtWork);
}
