import type { DeadLetter } from './events/dead-letter-queue.ts';
import type { CreatedObject } from './events/events.ts';
import type { ExecutionStatusChange } from './stepfunctions/execution-record.ts';
import type { StorageFailed } from './storage-failure.ts';

/** Something that happens in a local cloud, for those who watch it. */
export type Happening =
  /** An object was stored in a bucket that sends its events to EventBridge. */
  | { readonly kind: 'object-created'; readonly object: CreatedObject }
  /** An execution started or ended. The children of a map are not reported. */
  | { readonly kind: 'execution'; readonly change: ExecutionStatusChange }
  /** A target could not be called. */
  | { readonly kind: 'dead-letter'; readonly queueArn: string; readonly letter: DeadLetter }
  /** A message was published to a topic. */
  | { readonly kind: 'message'; readonly topicArn: string; readonly message: string }
  /** The disk of the state directory takes no more: nothing that is repeated can succeed. */
  | { readonly kind: 'storage-failed'; readonly error: StorageFailed }
  /** An event reached neither its target nor a dead-letter queue. */
  | { readonly kind: 'undelivered'; readonly error: Error };

/** Watches a local cloud. It must not throw. */
export type Observe = (happening: Happening) => void;
