import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '@sparse-fanout/engine';

/** An engine, and files for it to read. */
export interface Scratch {
  /** Where the engine may read. */
  readonly directory: string;
  /** Writes a file, and gives its path. */
  file(content: string | Uint8Array): Promise<string>;
  rows(text: string): ReturnType<Engine['runSelect']>;
  /** The first column of every row, as the engine prints it. */
  texts(text: string): Promise<readonly (string | null)[]>;
  /** Writes the rows of a SELECT as Parquet, and gives the path. */
  write(text: string): Promise<string>;
  close(): Promise<void>;
}

export async function openScratch(): Promise<Scratch> {
  const directory = await mkdtemp(join(tmpdir(), 'schema-'));
  const engine = await openEngine({ directory, memoryBytes: 880e6 });
  let files = 0;
  const rows = (text: string) => engine.runSelect({ text });
  return {
    directory,
    rows,
    async file(content) {
      const path = join(directory, `${files++}`);
      await writeFile(path, content);
      return path;
    },
    async texts(text) {
      const printed = await rows(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${text})`);
      return printed.map((row) => Object.values(row)[0] as string | null);
    },
    async write(text) {
      const path = join(directory, `${files++}.parquet`);
      const form = { format: 'parquet', compression: 'zstd', rowGroupRows: 122_880 } as const;
      await engine.writeSelect({ text }, { path, ...form });
      return path;
    },
    async close() {
      engine.close();
      await rm(directory, { recursive: true });
    },
  };
}
