import type { ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { OutputConflictError } from '#core/errors.ts';
import type { SourcePin } from './source-pin.ts';
import type { StagedObject, StageStore } from './stage-store.ts';

/** A stage store whose objects can be looked at, and removed. */
export interface MemoryStageStore extends StageStore {
  readonly objects: Map<string, Uint8Array>;
  /** Distinguishes what {@link StageStore.open} pinned from the objects of a source. */
  holds(pin: SourcePin): boolean;
  /** Opens what {@link StageStore.open} pinned. */
  openPinned(pin: SourcePin): ByteSource;
}

const empty = new Uint8Array(0);

/** Staged objects in memory, create-only as those in S3 are. */
export function memoryStageStore(folder = 'memory/_staged'): MemoryStageStore {
  const root = `${folder}/`;
  const objects = new Map<string, Uint8Array>();
  const toStaged = (name: string, bytes: Uint8Array): StagedObject => {
    const source = memorySource(bytes, `${root}${name}`);
    const { uri, etag, size } = source;
    return { pin: { uri, etag, versionId: null, size }, source };
  };
  return {
    objects,
    holds: ({ uri }) => uri.startsWith(root),
    openPinned({ uri }) {
      const name = uri.slice(root.length);
      return toStaged(name, objects.get(name) ?? empty).source;
    },
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
