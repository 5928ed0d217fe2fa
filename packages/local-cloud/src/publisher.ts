import type { EventBus } from './events/event-bus.ts';
import type { EventObject } from './events/event-pattern.ts';
import type { Observe } from './happening.ts';

/**
 * Passes events to a bus that may not be there yet, and keeps the errors of those that got lost.
 */
export interface Publisher {
  /** Errors of events that reached neither their target nor a dead-letter queue. */
  readonly undelivered: readonly Error[];
  /** Hands an event to the bus, as soon as there is one. */
  publish(event: EventObject): void;
  /** Keeps the error of an event that was not delivered. */
  fail(thrown: unknown): void;
  /** Names the bus: events that waited for it are delivered now. */
  attach(bus: EventBus): void;
  /** Events are dropped from now on, because their targets close as well. */
  close(): void;
}

/** Makes a publisher that has no bus yet. */
export function createPublisher(observe: Observe): Publisher {
  const { promise, resolve } = Promise.withResolvers<EventBus>();
  const undelivered: Error[] = [];
  let isClosing = false;
  const fail = (thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    undelivered.push(error);
    observe({ kind: 'undelivered', error });
  };
  return {
    undelivered,
    fail,
    publish(event) {
      if (!isClosing) promise.then((bus) => bus.publish(event)).catch(fail);
    },
    attach: resolve,
    close() {
      isClosing = true;
    },
  };
}
