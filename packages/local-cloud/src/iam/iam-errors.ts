/** A policy uses something that the local evaluator does not know, so it could decide wrongly. */
export class UnsupportedPolicy extends Error {
  override readonly name = 'UnsupportedPolicy';
}
