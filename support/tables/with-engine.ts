import type { Engine } from '@sparse-fanout/engine';
import { withEngine as withEngineOf } from '#tables/with-engine.ts';

/** Half of what the functions of the wing have. */
const MEMORY_BYTES = 884e6;

/** Works with an engine as a function of the wing has it. */
export async function withEngine<T>(
  work: (engine: Engine, directory: string) => Promise<T>,
): Promise<T> {
  return await withEngineOf(MEMORY_BYTES, ({ engine, directory }) => work(engine, directory));
}
