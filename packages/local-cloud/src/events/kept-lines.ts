import { appendFile, readFile } from 'node:fs/promises';

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * Adds a value as one line. A line end comes before it as well: a line that a crash cut off does
 * not spoil it.
 */
export async function keepLine(file: string, value: object): Promise<void> {
  await appendFile(file, `\n${JSON.stringify(value)}\n`);
}

/**
 * The values kept in a file; none if there is no file. A line that is being written, or that a
 * crash cut off, is left out.
 */
export async function keptLines(file: string): Promise<unknown[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(parsed)
    .filter((value) => value !== undefined);
}
