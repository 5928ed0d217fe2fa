import { type MemoryStageStore, memoryStageStore } from '#core/objects/memory-stage-store.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import type { SourceLayout } from './open-source.ts';
import { type ResolveContext, resolveSource, stageUnit, type UnitJob } from './resolve-source.ts';

/** Bytes of a source that is small enough to be staged in memory, and of what is staged of it. */
const MOST = { source: 32 * 1024 ** 2, staged: 256 * 1024 ** 2 } as const;

/** A source that was staged in memory, so that its rows can be read. */
export interface StagedInMemory {
  readonly layout: SourceLayout;
  /** Opens its objects and those that were staged. */
  readonly store: ObjectStore;
  readonly jobs: number;
  readonly stagedBytes: number;
}

/** Bytes of all objects of units. */
export function bytesOfUnits(units: readonly SourceUnit[]): number {
  return units.flatMap(({ objects }) => objects).reduce((sum, { size }) => sum + size, 0);
}

/** What is staged of several units, each in a folder of its own. */
class MemoryStages {
  readonly #stores = new Map<string, MemoryStageStore>();

  of(stageId: string): MemoryStageStore {
    const there = this.#stores.get(stageId);
    if (there !== undefined) return there;
    const store = memoryStageStore(`memory/${stageId}`);
    this.#stores.set(stageId, store);
    return store;
  }

  get bytes(): number {
    let bytes = 0;
    for (const { objects } of this.#stores.values()) {
      for (const object of objects.values()) bytes += object.length;
    }
    return bytes;
  }

  over(store: ObjectStore): ObjectStore {
    return {
      ...store,
      open: (pin) => {
        const staged = [...this.#stores.values()].find((each) => each.holds(pin));
        return staged === undefined ? store.open(pin) : staged.openPinned(pin);
      },
    };
  }
}

/**
 * Makes a small source readable by rows, in memory alone: what Stage writes for a run.
 *
 * Memory: the staged objects, 256 MiB at most but for the last one.
 *
 * @param mostStaged bytes of staged objects that memory may hold.
 * @returns undefined if the source is too large for that.
 * @throws as the jobs of Stage.
 */
export async function stageInMemory(
  units: readonly SourceUnit[],
  context: ResolveContext,
  signal?: AbortSignal,
  mostStaged: number = MOST.staged,
): Promise<StagedInMemory | undefined> {
  const labelBytes = context.labels?.pin.size ?? 0;
  if (bytesOfUnits(units) + labelBytes > MOST.source) return undefined;
  const stages = new MemoryStages();
  const inMemory = { ...context, stagedFor: (stageId: string) => stages.of(stageId) };
  for (let jobs = 0; ; ) {
    const resolution = await resolveSource(units, inMemory);
    if ('layout' in resolution) {
      const { layout } = resolution;
      return { layout, store: stages.over(context.store), jobs, stagedBytes: stages.bytes };
    }
    for (const job of resolution.jobs as readonly UnitJob[]) {
      signal?.throwIfAborted();
      await stageUnit(job, inMemory, signal);
      jobs += 1;
      if (stages.bytes > mostStaged) return undefined;
    }
  }
}
