import type { Writable } from 'node:stream';

/** Streams and settings of a command. Data goes to `stdout`; progress and errors go to `stderr`. */
export interface CommandIo {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** One JSON object instead of prose, on stdout and for errors. */
  readonly json: boolean;
  /** Aborted by Ctrl-C: a command closes what it opened and throws the signal's reason. */
  readonly signal: AbortSignal;
}

/** What the process that runs the command line gives to it. */
export type Environment = Omit<CommandIo, 'json'>;

/**
 * The reader of stdout has closed it, as `head` does when it has read enough. This is no failure.
 */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

/**
 * Writes and waits until the stream has taken the bytes, so that their buffer can be used again.
 *
 * @throws {ReaderGone} the other end of the pipe is closed.
 */
export async function write(stream: Writable, bytes: Uint8Array | string): Promise<void> {
  if (bytes.length === 0) return;
  await new Promise<void>((resolve, reject) => {
    stream.write(bytes, (error: NodeJS.ErrnoException | null | undefined) => {
      if (error === null || error === undefined) resolve();
      else reject(error.code === 'EPIPE' ? new ReaderGone('', { cause: error }) : error);
    });
  });
}

/** Prints one line of data: the object itself with `--json`, else a text for people. */
export async function printResult(io: CommandIo, result: object, prose: string): Promise<void> {
  await write(io.stdout, `${io.json ? JSON.stringify(result) : prose}\n`);
}
