import { appendFile, readFile } from 'node:fs/promises';

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Adds a value as one line. It begins with a line end too, so that it survives a line that a crash cut off. */
export async function keepLine(file: string, value: object): Promise<void> {
  await appendFile(file, `\n${JSON.stringify(value)}\n`);
}

/** The values kept in a file, none if there is no file; a line being written, or cut off by a crash, is left out. */
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
