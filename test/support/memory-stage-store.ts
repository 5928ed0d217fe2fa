import { memorySource } from '#core/bytes/memory-source.ts';
import { OutputConflictError } from '#core/errors.ts';
import type { StagedObject, StageStore } from '#core/stage/stage-store.ts';

/** A stage store whose objects a test can see, take away or damage. */
export interface MemoryStageStore extends StageStore {
  readonly objects: Map<string, Uint8Array>;
}

/** Staged objects in memory, create-only as those in S3 are. */
export function memoryStageStore(): MemoryStageStore {
  const objects = new Map<string, Uint8Array>();
  const toStaged = (name: string, bytes: Uint8Array): StagedObject => {
    const source = memorySource(bytes, `memory/_staged/${name}`);
    const { uri, etag, size } = source;
    return { pin: { uri, etag, versionId: null, size }, source };
  };
  return {
    objects,
    async open(name) {
      const bytes = objects.get(name);
      return bytes && toStaged(name, bytes);
    },
    async list(prefix) {
      const found = [...objects].filter(([name]) => name.startsWith(prefix));
      found.sort(([a], [b]) => (a < b ? -1 : 1));
      return new Map(found.map(([name, bytes]) => [name, toStaged(name, bytes)]));
    },
    async create(name, pieces) {
      const copies: Uint8Array[] = [];
      for await (const piece of pieces) copies.push(piece.slice());
      const bytes = new Uint8Array(Buffer.concat(copies));
      const there = objects.get(name);
      if (there !== undefined && Buffer.compare(there, bytes) !== 0) {
        throw new OutputConflictError(`${name} is there already with other bytes`);
      }
      objects.set(name, bytes);
    },
  };
}
