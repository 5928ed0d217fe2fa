/** An execution that ended without success: its error's name and sentence. */
export class ExecutionFailed extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}
