import type { DeadLetter } from './events/dead-letter-queue.ts';
import type { EventObject } from './events/event-pattern.ts';

/** What happens in a local cloud while somebody watches. */
export type Happening =
  /** An object was stored, or an execution started or ended: the event as EventBridge has it. */
  | { readonly kind: 'event'; readonly event: EventObject }
  /** A target could not be called. */
  | { readonly kind: 'dead-letter'; readonly queueArn: string; readonly letter: DeadLetter }
  /** An event reached neither its target nor a dead-letter queue. */
  | { readonly kind: 'undelivered'; readonly error: Error };

/** Watches a local cloud. It must not throw. */
export type Observe = (happening: Happening) => void;
