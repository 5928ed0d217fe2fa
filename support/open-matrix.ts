import type { ByteSource } from '#core/bytes/byte-source.ts';
import { type MemoryStageStore, memoryStageStore } from '#core/objects/memory-stage-store.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { listUnits } from '#core/sources/list-units.ts';
import { type ResolveContext, resolveSource, stageUnit } from '#core/sources/resolve-source.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import type { MatrixLayout, PartLayout } from '#core/sparse/layout/matrix-layout.ts';
import { openLayout } from '#core/sparse/layout/open-layout.ts';
import type { Matrix } from '#core/sparse/matrix.ts';

/** A matrix that can be read, its layout, and the first part of it. */
export interface Opened {
  readonly matrix: Matrix;
  readonly layout: MatrixLayout;
  readonly part: PartLayout;
}

function withStaged(
  store: ObjectStore,
  stages: ReadonlyMap<string, MemoryStageStore>,
): ObjectStore {
  return {
    ...store,
    open(pin) {
      const staged = [...stages.values()].find((stage) => stage.holds(pin));
      return staged === undefined ? store.open(pin) : staged.openPinned(pin);
    },
  };
}

/** Opens the matrix that some objects of a store hold; what has to be staged is kept in memory. */
export async function openUris(
  store: ObjectStore,
  uris: readonly string[],
  options: SourceOptions = {},
  asked: Pick<ResolveContext, 'withRowNames' | 'labels'> = {},
): Promise<Opened> {
  const stages = new Map<string, MemoryStageStore>();
  const both = withStaged(store, stages);
  const context: ResolveContext = {
    options,
    store: both,
    ...asked,
    stagedFor(stageId) {
      const stage = stages.get(stageId) ?? memoryStageStore(stageId);
      stages.set(stageId, stage);
      return stage;
    },
  };
  const { units } = await listUnits(store, { uris });
  for (;;) {
    const resolution = await resolveSource(units, context);
    if ('jobs' in resolution) {
      for (const job of resolution.jobs) await stageUnit(job, context);
      continue;
    }
    const { layout } = resolution;
    return { layout, part: layout.parts[0]!, matrix: openLayout(uris[0]!, layout, both) };
  }
}

/** Opens the matrix that one object holds; what has to be staged is kept in memory. */
export async function openMatrix(source: ByteSource, options: SourceOptions = {}): Promise<Opened> {
  const { uri, etag, size } = source;
  const pin = { uri, etag, versionId: null, size };
  const store: ObjectStore = {
    pin: async () => pin,
    async *list() {
      yield pin;
    },
    open: () => source,
  };
  return await openUris(store, [uri], options);
}
