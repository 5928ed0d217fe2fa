import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Failed } from '#local/storage-failure.ts';

/** Keeps what a function's processes write, as JSON lines. */
export interface FunctionLog {
  /** Appends each line of a process's output. Lines that are JSON objects are kept as they are. */
  follow(output: Readable): void;
  /** Ends the file. */
  close(): Promise<void>;
}

function isJsonObject(line: string): boolean {
  if (!line.startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/**
 * Opens a function's log file, appending to what earlier runs left.
 *
 * @param failed called when the file takes no more; later lines are dropped.
 */
export function openFunctionLog(file: string, failed: Failed): FunctionLog {
  const stream = createWriteStream(file, { flags: 'a' }).on('error', failed);
  return {
    follow(output) {
      createInterface({ input: output }).on('line', (line) => {
        const entry = isJsonObject(line)
          ? line
          : JSON.stringify({ timestamp: new Date().toISOString(), message: line });
        // A process may still write while the host closes; these last lines are dropped.
        if (stream.writable) stream.write(`${entry}\n`);
      });
    },
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  };
}
