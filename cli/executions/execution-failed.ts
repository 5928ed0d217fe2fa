/** An execution that ended without success: its error's name and sentence. */
export class ExecutionFailed extends Error {
  override readonly name: string;
  readonly executionArn: string;

  constructor(name: string, message: string, executionArn: string) {
    super(message);
    this.name = name;
    this.executionArn = executionArn;
  }
}
