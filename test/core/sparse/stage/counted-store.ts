import type { MemoryStageStore } from '#core/objects/memory-stage-store.ts';
import type { StagedObject, StageStore } from '#core/objects/stage-store.ts';
import { type CountingSource, withCounting } from '#support/counting-source.ts';

/** A store that counts what is read of its objects. */
export function withCountedReads(staged: MemoryStageStore) {
  const sources: CountingSource[] = [];
  const counted = (object: StagedObject): StagedObject => {
    const source = withCounting(object.source);
    sources.push(source);
    return { ...object, source };
  };
  const store: StageStore = {
    async open(name) {
      const found = await staged.open(name);
      return found && counted(found);
    },
    async list(prefix) {
      const found = await staged.list(prefix);
      return new Map(Array.from(found, ([name, object]) => [name, counted(object)]));
    },
    create: (name, pieces) => staged.create(name, pieces),
  };
  const reads = () => sources.flatMap((source) => source.reads.map(({ length }) => length));
  return { store, reads };
}
