import { combineCrc32, crc32Hex } from '#core/checksum/crc32.ts';
import type { ManifestEntry, ManifestHead, ManifestTotals } from './manifest.ts';
import { Tally } from './tally.ts';

/** Adds up entries in row order; the CRC-32 is that of all chunks' text, one after the other. */
export class TotalsBuilder {
  #chunks = 0;
  #rows = 0;
  readonly #tally = new Tally();
  #bytes = 0;
  #contentBytes = 0;
  #crc = 0;

  /** @param head of a manifest; undefined begins with nothing. Begins after what it links. */
  constructor(head?: Pick<ManifestHead, 'earlier'>) {
    const before = head?.earlier?.at(-1)?.totals;
    if (before === undefined) return;
    this.#chunks = before.chunks;
    this.#rows = before.rows;
    this.#tally.add(before.counts);
    this.#bytes = before.bytes;
    this.#contentBytes = before.contentBytes;
    this.#crc = Number.parseInt(before.crc32, 16);
  }

  add(entry: ManifestEntry): void {
    this.#chunks += 1;
    this.#rows += entry.rowEnd - entry.rowStart;
    this.#tally.add(entry.counts);
    this.#bytes += entry.meta.content_length;
    this.#contentBytes += entry.contentBytes;
    this.#crc = combineCrc32(this.#crc, Number.parseInt(entry.crc32, 16), entry.contentBytes);
  }

  totals(): ManifestTotals {
    return {
      chunks: this.#chunks,
      rows: this.#rows,
      counts: this.#tally.sums(),
      bytes: this.#bytes,
      contentBytes: this.#contentBytes,
      crc32: crc32Hex(this.#crc),
    };
  }
}

/** The totals of a manifest, from its own entries and from what it links. Reads its entries. */
export async function totalsOf(manifest: {
  readonly head: ManifestHead;
  readonly entries: AsyncIterable<ManifestEntry>;
}): Promise<ManifestTotals> {
  const totals = new TotalsBuilder(manifest.head);
  for await (const entry of manifest.entries) totals.add(entry);
  return totals.totals();
}
