type Step = () => unknown;

/**
 * What is to be ended, the last first: when work fails, or later, once it is moved. It is the part
 * of `AsyncDisposableStack` that is needed here, for versions of Node that do not have it.
 */
export class Cleanup {
  #steps: Step[] = [];

  /** Ends something later. */
  defer(step: Step): void {
    this.#steps.push(step);
  }

  /** Hands everything over to another one. */
  move(): Cleanup {
    const moved = new Cleanup();
    moved.#steps = this.#steps;
    this.#steps = [];
    return moved;
  }

  /** Ends everything, also after an error, which is thrown at the end. */
  async end(): Promise<void> {
    const errors: unknown[] = [];
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }
}
