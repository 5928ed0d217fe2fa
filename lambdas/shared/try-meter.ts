import { readFileSync } from 'node:fs';
import { BusyTime } from '#aws/busy-time.ts';
import type { S3Client } from '#aws/clients/s3.ts';
import { timeRequests } from '#aws/timed-requests.ts';
import type { TryMeasures } from '#core/run/ledger-records.ts';

const MICROSECONDS = 1000;
const MILLISECONDS = 1000;
const KIBIBYTES = 1024;

/** Highest resident memory of this process so far, MiB: what Lambda reports as max memory used. */
function peakMemoryMiB(): number {
  try {
    const status = readFileSync('/proc/self/status', 'latin1');
    return Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / KIBIBYTES);
  } catch {
    // Not Linux. There the figure may be that of the process that started this one.
    return Math.round(process.resourceUsage().maxRSS / KIBIBYTES);
  }
}

function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS;
}

/**
 * Measures the invocation under way, for the record of its try. A function handles one event at a
 * time, so each has one meter.
 */
export class TryMeter {
  readonly #read = new BusyTime();
  readonly #send = new BusyTime();
  #invocations = 0;
  #cpuBefore = 0;
  #begunAt = performance.now();
  #requestId: string | undefined;

  /** Begins an invocation. */
  begin(requestId: string | undefined): void {
    this.#invocations += 1;
    this.#requestId = requestId;
    this.#cpuBefore = cpuMilliseconds();
    this.#begunAt = performance.now();
    this.#read.restart();
    this.#send.restart();
  }

  /** Seconds since the invocation began. */
  get seconds(): number {
    return (performance.now() - this.#begunAt) / MILLISECONDS;
  }

  /** Counts the requests of a client. @returns the client */
  timed(client: S3Client): S3Client {
    return timeRequests(client, { read: this.#read, send: this.#send });
  }

  /** Counts work that reads from elsewhere. */
  async reading<T>(work: () => Promise<T>): Promise<T> {
    const end = this.#read.begin();
    return await work().finally(end);
  }

  /** Counts work that sends to elsewhere. */
  async sending<T>(work: () => Promise<T>): Promise<T> {
    const end = this.#send.begin();
    return await work().finally(end);
  }

  /** What is measured so far. */
  measures(): TryMeasures {
    return {
      rssMiB: peakMemoryMiB(),
      isCold: this.#invocations <= 1,
      readMs: Math.round(this.#read.milliseconds),
      encodeMs: Math.round(cpuMilliseconds() - this.#cpuBefore),
      sendMs: Math.round(this.#send.milliseconds),
      ...(this.#requestId !== undefined && { requestId: this.#requestId }),
    };
  }
}
