import type { RunHeader } from '#core/run.ts';
import { MANIFEST_VERSION, type ManifestEntry, type ManifestHead } from './manifest.ts';
import type { TotalsBuilder } from './totals.ts';

/** The part of a manifest that is known before any chunk is written. */
export function manifestHead(run: RunHeader): ManifestHead {
  const { shape, dtype, nnz, fillValue, format } = run.matrix;
  return {
    format: 'sparse-fanout-manifest',
    version: MANIFEST_VERSION,
    runId: run.runId,
    source: { ...run.source, format },
    matrix: { shape, dtype, nnz, fillValue },
    dialect: { ...run.dialect, lineTerminator: '\n', encoding: 'utf-8' },
    compression: run.compression,
  };
}

/**
 * Writes a manifest as text, one entry a line, without ever holding all entries.
 *
 * The text is a function of its arguments alone: no clock, no name of an execution.
 *
 * @param totals an empty builder, to which every entry is added.
 */
export async function* manifestText(
  head: ManifestHead,
  entries: AsyncIterable<ManifestEntry>,
  totals: TotalsBuilder,
): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"entries":[`;
  let separator = '\n';
  for await (const entry of entries) {
    totals.add(entry);
    yield `${separator}${JSON.stringify(entry)}`;
    separator = ',\n';
  }
  yield `\n],"totals":${JSON.stringify(totals.totals())}}\n`;
}
