/** A command has printed all that there is to say, and ends with this exit code. */
export class Exit extends Error {
  override readonly name = 'Exit';
  readonly code: number;

  constructor(code: number) {
    super(`exit code ${code}`);
    this.code = code;
  }
}

/** What was asked about still runs. */
export const EXIT_RUNNING = 3;

/** What a shell reports for a program ended by Ctrl-C. */
export const EXIT_INTERRUPTED = 130;
