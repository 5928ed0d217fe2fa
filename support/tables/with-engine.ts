import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '@sparse-fanout/engine';

/** Half of what the functions of the wing have. */
const MEMORY_BYTES = 884e6;

/** Works with an engine in a directory of its own, which is removed behind it. */
export async function withEngine<T>(
  work: (engine: Engine, directory: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'tables-'));
  const engine = await openEngine({ directory, memoryBytes: MEMORY_BYTES });
  try {
    return await work(engine, directory);
  } finally {
    engine.close();
    await rm(directory, { recursive: true });
  }
}
