import { StatesError } from './errors.ts';
import type { JsonObject } from './json.ts';

/** One event of an execution, in the words of GetExecutionHistory. */
export interface HistoryEvent {
  readonly id: number;
  /** 0 for the first two events, as on AWS. */
  readonly previousEventId: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** Such as `TaskStateEntered`. */
  readonly type: string;
  /** Name of the member that holds {@link details}, such as `stateEnteredEventDetails`. */
  readonly detailsName?: string;
  readonly details?: JsonObject;
}

/** An execution holds 25,000 events; the last one is kept for the failure. */
const MAX_EVENTS = 25_000;

/** Member that holds the details of events whose name does not show it. */
function detailsNameOf(type: string): string {
  const shared = /State(Entered|Exited)$/.exec(type)?.[1];
  const name = shared === undefined ? type : `State${shared}`;
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}EventDetails`;
}

/** Receives each event as it happens, to keep it. */
export type RecordEvent = (event: HistoryEvent) => void;

/** Numbers and dates the events of one execution; what is done with them is up to `record`. */
export class History {
  readonly #now: () => number;
  readonly #record: RecordEvent;
  #lastId: number;

  constructor(options: { now: () => number; record: RecordEvent; lastId?: number }) {
    this.#now = options.now;
    this.#record = options.record;
    this.#lastId = options.lastId ?? 0;
  }

  /**
   * Adds an event and gives its id.
   *
   * @throws {StatesError} a terminal `States.Runtime` when only the place for the failure is left.
   */
  add(type: string, details?: JsonObject): number {
    if (this.#lastId >= MAX_EVENTS - 1) {
      const reason = `The execution reached the maximum number of history events (${MAX_EVENTS}).`;
      throw new StatesError('States.Runtime', reason, { terminal: true });
    }
    return this.addLast(type, details);
  }

  /** Adds the event that ends the execution, for which there is always a place. */
  addLast(type: string, details?: JsonObject): number {
    this.#lastId += 1;
    const id = this.#lastId;
    const described = details && { detailsName: detailsNameOf(type), details };
    const previousEventId = id <= 2 ? 0 : id - 1;
    this.#record({ id, previousEventId, timestamp: this.#now(), type, ...described });
    return id;
  }
}
