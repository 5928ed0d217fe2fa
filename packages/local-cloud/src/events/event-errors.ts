/** A rule or target uses something that the local event bus does not know. */
export class UnsupportedRule extends Error {
  override readonly name = 'UnsupportedRule';
}
