import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { SourceOptions } from '#core/formats/matrix-format.ts';
import type { MatrixLayout, PartLayout } from '#core/formats/matrix-layout.ts';
import { openLayout } from '#core/formats/open-layout.ts';
import type { ObjectStore } from '#core/source/object-store.ts';
import { type ResolveContext, resolveSource, stageUnit } from '#core/source/resolve-source.ts';
import type { Matrix } from '#core/sparse/csr-part.ts';
import { memoryStageStore } from './memory-stage-store.ts';

/** A matrix that can be read, its layout, and the first part of it. */
export interface Opened {
  readonly matrix: Matrix;
  readonly layout: MatrixLayout;
  readonly part: PartLayout;
}

/** Opens the matrix that one object holds; what has to be staged is kept in memory. */
export async function openMatrix(source: ByteSource, options: SourceOptions = {}): Promise<Opened> {
  const { uri, etag, size } = source;
  const pin = { uri, etag, versionId: null, size };
  const staged = memoryStageStore();
  const store: ObjectStore = {
    pin: async () => pin,
    async *list() {
      yield pin;
    },
    open: (asked) => (asked.uri === uri ? source : staged.openPinned(asked)),
  };
  const context: ResolveContext = { options, store, stagedFor: () => staged };
  for (;;) {
    const resolution = await resolveSource([{ uri, objects: [pin] }], context);
    if ('jobs' in resolution) {
      for (const job of resolution.jobs) await stageUnit(job, context);
      continue;
    }
    const layout = resolution.matrix;
    return { layout, part: layout.parts[0]!, matrix: openLayout(uri, layout, store) };
  }
}
