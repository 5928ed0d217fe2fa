import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '@sparse-fanout/engine';

/** An engine, and the directory in which alone it reads and writes. */
export interface EngineRoom {
  readonly engine: Engine;
  readonly directory: string;
}

/**
 * Opens the engine in a directory of its own, which is removed afterwards.
 *
 * @param memoryBytes of the engine; what does not fit spills into the directory.
 */
export async function withEngine<T>(
  memoryBytes: number,
  use: (room: EngineRoom) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'table-'));
  try {
    const engine = await openEngine({ directory, memoryBytes });
    try {
      return await use({ engine, directory });
    } finally {
      engine.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
