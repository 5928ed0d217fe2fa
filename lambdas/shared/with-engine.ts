import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '@sparse-fanout/engine';

const MIB = 1024 * 1024;

/** Half of the function's memory: the other half is Node, and what is read and sent. */
function engineBytes(): number {
  return (Number(process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] ?? '1769') * MIB) / 2;
}

/** An engine, and the directory in which alone it reads and writes. */
export interface EngineRoom {
  readonly engine: Engine;
  readonly directory: string;
}

/** Opens the engine in a directory of its own, which is removed afterwards. */
export async function withEngine<T>(use: (room: EngineRoom) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'table-'));
  try {
    const engine = await openEngine({ directory, memoryBytes: engineBytes() });
    try {
      return await use({ engine, directory });
    } finally {
      engine.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
