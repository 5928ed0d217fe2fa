import { TransformError } from '#core/errors.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { Doubt } from './judge-arrivals.ts';
import { isOwnFault } from './own-fault.ts';

/**
 * Objects that are found to be at fault by trying ever smaller batches, where no error names them.
 * If there are more, the request is at fault.
 */
const MAX_FOUND = 8;

/** Finds which objects make it impossible to plan a batch, and leaves them out of the next. */
export class LeftOut {
  readonly #doubts = new Map<string, Doubt>();
  /** What is tried now. */
  #pins: readonly SourcePin[] = [];
  #most = Number.POSITIVE_INFINITY;
  #found = 0;

  /** What was left out, and why. */
  get doubts(): readonly Doubt[] {
    return [...this.#doubts.values()];
  }

  has(uri: string): boolean {
    return this.#doubts.has(uri);
  }

  /** What of some objects is tried next. */
  tried(pins: readonly SourcePin[]): readonly SourcePin[] {
    this.#pins = pins.filter(({ uri }) => !this.has(uri)).slice(0, this.#most);
    return this.#pins;
  }

  /**
   * Leaves out the object at fault after a batch could not be planned: that which the error
   * carries. If it carries none, half of the batch is left for another, until one object is found.
   *
   * @returns whether there is another batch to try; else the request is at fault, or a service.
   */
  leaveOut(error: unknown): boolean {
    if (!isOwnFault(error) && !(error instanceof TransformError)) return false;
    const { object, message: problem } = error;
    const [first] = this.#pins;
    const named = this.#pins.find(({ uri }) => uri === object);
    if (named === undefined && this.#pins.length > 1) {
      this.#most = Math.floor(this.#pins.length / 2);
      return true;
    }
    if (named === undefined) this.#found += 1;
    const fault = named ?? first;
    if (fault === undefined || this.#found > MAX_FOUND) return false;
    const doubt = error instanceof TransformError && { doubtful: error };
    this.#doubts.set(fault.uri, { uri: fault.uri, problem, ...doubt });
    return true;
  }
}

/**
 * Refuses to set all objects aside for what role or request may be the reason of.
 *
 * @throws {AccessDeniedError} none of them may be read: the role is at fault.
 * @throws {TransformError} the transform fails for each of them.
 */
export function assertNotAllDoubtful(pins: readonly SourcePin[], aside: readonly Doubt[]): void {
  const [first] = aside;
  if (pins.length > 0 || first === undefined) return;
  if (aside.every(({ doubtful }) => doubtful !== undefined)) throw first.doubtful;
}
