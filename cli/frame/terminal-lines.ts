import { type CommandIo, write } from './command-io.ts';

const LINE_FEED = 0x0a;

/** Width of a terminal that does not say its own. */
const DEFAULT_COLUMNS = 80;

/** Bytes kept free for the mark at the end of a line that is cut. */
const MARK = new TextEncoder().encode('…\n');

/**
 * Prints lines of text on a terminal, each cut to its width: a row of 20,000 columns is of no use
 * there. Says once, on the standard error, that lines were cut.
 */
export class TerminalLines {
  readonly #io: CommandIo;
  readonly #width: number;
  #written = 0;
  #isCut = false;

  constructor(io: CommandIo) {
    this.#io = io;
    this.#width = Math.max(2, io.stdout.columns ?? DEFAULT_COLUMNS) - 1;
  }

  /** Prints a block of the text. Its bytes can be used again afterwards. */
  async write(block: Uint8Array): Promise<void> {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < block.length; ) {
      const feed = block.indexOf(LINE_FEED, at);
      const end = feed < 0 ? block.length : feed;
      const room = Math.max(0, this.#width - this.#written);
      pieces.push(block.subarray(at, Math.min(end, at + room)));
      this.#written = Math.min(this.#width + 1, this.#written + end - at);
      at = end + 1;
      if (feed >= 0) pieces.push(this.#endLine());
    }
    await write(this.#io.stdout, Buffer.concat(pieces));
  }

  /** Says that lines were cut, if any was. */
  async end(): Promise<void> {
    if (!this.#isCut) return;
    await write(this.#io.stderr, 'rows are cut to the width of the terminal; --full prints all\n');
  }

  #endLine(): Uint8Array {
    const isCut = this.#written > this.#width;
    this.#isCut ||= isCut;
    this.#written = 0;
    return isCut ? MARK : Uint8Array.of(LINE_FEED);
  }
}
