import { BACKOFF_RATE, RETRIES } from '#core/contract.ts';
import { quantile } from './duration-spread.ts';
import { EventHeap } from './event-heap.ts';
import { LambdaEnvironments } from './lambda-environments.ts';
import { mulberry32 } from './mulberry32.ts';
import type { SimulatedMap } from './simulated-map.ts';

/** How a Map went, in simulated seconds from its start. */
export interface SimulatedRun {
  /** When the last child ended. */
  readonly seconds: number;
  /** When a half, 95 % and 99 % of the children had ended. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Of all functions together, with cold starts. */
  readonly functionSeconds: number;
  readonly coldStarts: number;
  /** Invocations that Lambda refused; each is tried again, and is a billed transition. */
  readonly throttles: number;
}

/** The Retry of a child that Lambda has throttled. */
const RETRY = RETRIES.find(({ errors }) =>
  (errors as readonly string[]).includes('Lambda.TooManyRequestsException'),
)!;

/** One Distributed Map, event by event. Its children lie in slots, as many as there are at once. */
class MapSimulation {
  readonly #map: SimulatedMap;
  readonly #random: () => number;
  readonly #events: EventHeap;
  readonly #environments: LambdaEnvironments;
  readonly #free: number[];
  /** Whether the function of a slot is at work, else its next try is ahead. */
  readonly #works: Uint8Array;
  readonly #tries: Uint16Array;
  readonly #ends: Float64Array;
  #ended = 0;
  #functionSeconds = 0;
  #throttles = 0;

  constructor(map: SimulatedMap, seed: number) {
    const slots = Math.min(map.chunks, map.concurrency);
    this.#map = map;
    this.#random = mulberry32(seed);
    this.#events = new EventHeap(slots);
    this.#environments = new LambdaEnvironments(map.scaling);
    this.#free = Array.from({ length: slots }, (_, slot) => slot);
    this.#works = new Uint8Array(slots);
    this.#tries = new Uint16Array(slots);
    this.#ends = new Float64Array(map.chunks);
  }

  run(): SimulatedRun {
    const { chunks, dispatchPerSecond } = this.#map;
    let [started, nextStart, now] = [0, 0, 0];
    while (this.#ended < chunks) {
      const mayStart = started < chunks && this.#free.length > 0;
      const startAt = mayStart ? Math.max(now, nextStart) : Number.POSITIVE_INFINITY;
      if (startAt <= this.#events.earliest) {
        now = startAt;
        nextStart = now + 1 / dispatchPerSecond;
        started += 1;
        const slot = this.#free.pop()!;
        this.#tries[slot] = 0;
        this.#invoke(now, slot);
      } else {
        now = this.#events.earliest;
        this.#happen(now, this.#events.take());
      }
    }
    return this.#result();
  }

  #happen(now: number, slot: number): void {
    if (this.#works[slot] === 0) {
      this.#invoke(now, slot);
      return;
    }
    this.#works[slot] = 0;
    this.#environments.end();
    this.#ends[this.#ended] = now;
    this.#ended += 1;
    this.#free.push(slot);
  }

  #invoke(now: number, slot: number): void {
    const start = this.#environments.start(now);
    if (start === 'throttled') {
      this.#throttles += 1;
      const most = RETRY.intervalSeconds * BACKOFF_RATE ** this.#tries[slot]!;
      this.#tries[slot]! += 1;
      const wait = this.#random() * Math.min(most, RETRY.maxDelaySeconds);
      this.#events.add(now + wait, slot);
      return;
    }
    const { workSeconds, overheadSeconds, coldSeconds, spread } = this.#map;
    const { multiples } = spread;
    const multiple = multiples[Math.floor(this.#random() * multiples.length)]!;
    const cold = start === 'cold' ? coldSeconds : 0;
    const seconds = cold + overheadSeconds + workSeconds * multiple;
    this.#functionSeconds += seconds;
    this.#works[slot] = 1;
    this.#events.add(now + seconds, slot);
  }

  #result(): SimulatedRun {
    // Children end in the order of time, so their ends are sorted.
    const ends = this.#ends;
    return {
      seconds: ends[ends.length - 1]!,
      ...{ p50: quantile(ends, 0.5), p95: quantile(ends, 0.95), p99: quantile(ends, 0.99) },
      functionSeconds: this.#functionSeconds,
      coldStarts: this.#environments.coldStarts,
      throttles: this.#throttles,
    };
  }
}

/**
 * Simulates the children of a Distributed Map: Step Functions starts them one after the other as
 * far as concurrency lets it, Lambda gives each an environment or throttles it, a throttled one
 * waits as the Retry of the contract says, and each function takes a multiple of its work that was
 * drawn from those of real ones. The same seed gives the same run.
 *
 * Memory: eight bytes for each child, and 20 for each of those at once.
 */
export function simulateMap(map: SimulatedMap, seed: number): SimulatedRun {
  return new MapSimulation(map, seed).run();
}
