import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, type EngineOptions, openEngine } from '#engine/engine.ts';

/** An engine over a directory of its own. */
export interface Opened extends AsyncDisposable {
  readonly engine: Engine;
  readonly directory: string;
  /** Path of a file in the directory. */
  file(name: string): string;
}

/** Opens an engine over a new directory, which goes with it. */
export async function open(options: Partial<EngineOptions> = {}): Promise<Opened> {
  const directory = await mkdtemp(join(tmpdir(), 'engine-'));
  const engine = await openEngine({ directory, memoryBytes: 200e6, ...options });
  return {
    engine,
    directory,
    file: (name) => join(directory, name),
    async [Symbol.asyncDispose]() {
      engine.close();
      await rm(directory, { recursive: true });
    },
  };
}
