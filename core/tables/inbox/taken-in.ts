import { BoundExceededError } from '#core/errors.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';

/** What makes an object of an inbox this one: its key, and its bytes. */
export type InboxObject = Pick<SourcePin, 'uri' | 'etag'>;

/** What PlanTable has memory for. */
const MAX_OBJECTS = 2_000_000;

/**
 * The objects that earlier generations of an output have, by key and ETag. The same bytes that are
 * put under their key once more are the same object, whatever version the bucket gives them.
 *
 * Holds some 260 bytes for each of them.
 */
export class TakenIn {
  /** ETags by URI; of nearly all there is one. */
  readonly #etags = new Map<string, string | string[]>();
  readonly #most: number;
  #count = 0;

  /** @param most objects; tests use few. */
  constructor(most = MAX_OBJECTS) {
    this.#most = most;
  }

  /** @throws {BoundExceededError} there are too many. */
  add({ uri, etag }: InboxObject): void {
    this.#count += 1;
    if (this.#count > this.#most) {
      throw new BoundExceededError(
        `more than ${this.#most} objects are in the output, the most that an inbox knows; go on with another folder and another output.uri`,
      );
    }
    const known = this.#etags.get(uri);
    if (known === undefined) this.#etags.set(uri, etag);
    else if (typeof known === 'string') this.#etags.set(uri, [known, etag]);
    else known.push(etag);
  }

  has({ uri, etag }: InboxObject): boolean {
    const known = this.#etags.get(uri);
    return typeof known === 'string' ? known === etag : known?.includes(etag) === true;
  }

  /** Whether other bytes under this key were taken in before. */
  hadOthers(object: InboxObject): boolean {
    return this.#etags.has(object.uri) && !this.has(object);
  }
}
