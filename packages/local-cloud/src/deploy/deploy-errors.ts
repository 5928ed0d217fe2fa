/** The assembly asks for something that the local cloud does not have; nothing is deployed. */
export class UnsupportedTemplate extends Error {
  override readonly name = 'UnsupportedTemplate';
}
