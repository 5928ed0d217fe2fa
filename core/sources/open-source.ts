import * as z from 'zod/mini';
import type { ByteRange } from '#core/bytes/byte-source.ts';
import type { RowRange } from '#core/contract.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { findEntryRanges } from '#core/sparse/entry-ranges.ts';
import { matrixLayout } from '#core/sparse/layout/matrix-layout.ts';
import { openLayout } from '#core/sparse/layout/open-layout.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
import type { MatrixFacts } from '#core/sparse/matrix-facts.ts';

/** Facts of a matrix, and where its data lies: all that a writer needs to read its rows. */
const sourceLayout = z.discriminatedUnion('kind', [matrixLayout]);

export type SourceLayout = Readonly<z.infer<typeof sourceLayout>>;

/** A source whose rows can be read. */
export type OpenedSource = Matrix;

/** The facts in a layout, without where the data lies. */
export function factsOf(layout: SourceLayout): MatrixFacts {
  const { parts: _, rowNamesParts: __, labelsParts: ___, ...facts } = layout;
  return facts;
}

/** @throws {CorruptSourceError} the text is not a layout as Plan writes it. */
export function parseLayout(text: string): SourceLayout {
  const parsed = sourceLayout.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CorruptSourceError(
    `the layout of the source is damaged: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

/**
 * Opens a source by its layout. Nothing is read.
 *
 * @param uri names the source in messages.
 * @param store opens objects of the source and staged ones alike.
 */
export function openSource(
  uri: string,
  layout: SourceLayout,
  store: Pick<ObjectStore, 'open'>,
): OpenedSource {
  switch (layout.kind) {
    case 'matrix':
      return openLayout(uri, layout, store);
  }
}

/**
 * Finds where rows lie: for each array, named by its object or stream, a range of bytes.
 *
 * @returns undefined when the rows are not all of one part.
 * @throws {CorruptSourceError} what says where rows lie is not sound.
 */
export async function locateRows(
  source: OpenedSource,
  rows: RowRange,
): Promise<Readonly<Record<string, ByteRange>> | undefined> {
  switch (source.kind) {
    case 'matrix': {
      const ranges = await findEntryRanges(source, rows);
      return ranges && { ...ranges };
    }
  }
}
