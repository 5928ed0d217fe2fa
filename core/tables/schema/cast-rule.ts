/** How the engine's own cast between two types is kept from losing. */
export interface CastRule {
  /**
   * SQL over what is cast and the cast value, cheap since it runs for every value: true wherever
   * the cast loses, and perhaps where it does not. Undefined: the cast never loses.
   */
  readonly suspect?: (given: string, value: string) => string;
  /** SQL that says exactly whether nothing is lost. Undefined: what is suspect is lost. */
  readonly proof?: (given: string, value: string) => string;
}
