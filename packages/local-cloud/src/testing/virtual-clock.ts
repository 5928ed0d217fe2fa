import type { Clock } from '#local/stepfunctions/clock.ts';

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

/** Real milliseconds without a new sleeper, after which nothing else is taken to be under way. */
const IDLE_MILLISECONDS = 3;

/** A clock that jumps to the next sleeper as soon as nothing else happens. */
export class VirtualClock implements Clock {
  /** Each sleep asked for, in milliseconds. */
  readonly sleeps: number[] = [];
  readonly #timers = new Set<Timer>();
  #now: number;
  #jump: NodeJS.Timeout | undefined;

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    this.sleeps.push(milliseconds);
    return new Promise((resolve, reject) => {
      const timer = { at: this.#now + milliseconds, ring: resolve };
      this.#timers.add(timer);
      signal.addEventListener('abort', () => {
        this.#timers.delete(timer);
        reject(signal.reason);
      });
      this.#plan();
    });
  }

  #plan(): void {
    clearTimeout(this.#jump);
    if (this.#timers.size > 0) this.#jump = setTimeout(() => this.#wakeNext(), IDLE_MILLISECONDS);
  }

  #wakeNext(): void {
    const [next] = [...this.#timers].sort((a, b) => a.at - b.at);
    if (next === undefined) return;
    this.#timers.delete(next);
    this.#now = Math.max(this.#now, next.at);
    next.ring();
    this.#plan();
  }
}
