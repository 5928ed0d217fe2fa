import type { Clock } from '#local/stepfunctions/clock.ts';

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

/** Turns of the event loop without a file under way after which everybody is taken to be asleep. */
const IDLE_TURNS = 5;

/** Whether this process waits for the answer of a file: a busy machine may take its time for it. */
function waitsForFiles(): boolean {
  return process.getActiveResourcesInfo().some((resource) => /^(FS|FileHandle)/.test(resource));
}

/** A clock that jumps to the next sleeper as soon as nothing else happens. */
export class VirtualClock implements Clock {
  /** Each sleep asked for, in milliseconds. */
  readonly sleeps: number[] = [];
  readonly #timers = new Set<Timer>();
  #now: number;
  #jump: NodeJS.Immediate | undefined;

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

  #plan(turns = IDLE_TURNS): void {
    clearImmediate(this.#jump);
    if (this.#timers.size === 0) return;
    this.#jump = setImmediate(() => {
      if (turns === 0) this.#wakeNext();
      else this.#plan(waitsForFiles() ? IDLE_TURNS : turns - 1);
    });
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
