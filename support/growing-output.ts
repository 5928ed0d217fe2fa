import { crc32 } from 'node:zlib';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { isOutgrown } from '#core/manifest/earlier.ts';
import { baseOf } from '#core/manifest/generations.ts';
import {
  type Generation,
  type ManifestEntry,
  parseManifest,
  type ReplacedRun,
} from '#core/manifest/manifest.ts';
import { manifestHead, manifestText, readManifest } from '#core/manifest/manifest-text.ts';
import { TotalsBuilder, totalsOf } from '#core/manifest/totals.ts';
import { EMPTY_BASE } from '#core/run/run-fields.ts';
import { headerOf } from './run-header.ts';

/** So long that a generation of one chunk takes 0.8 kB, as one of a table of one column does. */
const URI = `s3://inbox/${'arrivals/'.repeat(32)}`;

/** What a generation does with the rows before it. */
export type Succession = 'append' | 'overwrite';

/** Items one after another, as from a stream. */
export async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

function entryOf(index: number, since: number): ManifestEntry {
  return {
    url: `s3://bucket/out/data-g${String(since).padStart(6, '0')}/chunk-${index}.csv`,
    mandatory: true,
    meta: { content_length: 8, record_count: 1 },
    ...{ index, rowStart: index, rowEnd: index + 1, contentBytes: 8 },
    counts: { nnz: 3 },
    crc32: crc32Hex(crc32(`${since} ${index}`)),
    etag: '0123456789abcdef0123456789abcdef',
  };
}

/** Manifests as Finalize writes them, beside the lists that all of them together must say. */
export class GrowingOutput {
  readonly texts: string[] = [];
  generations: Generation[] = [];
  replaced: ReplacedRun[] = [];
  entries: ManifestEntry[] = [];

  get text(): string {
    return this.texts.at(-1)!;
  }

  async #previous() {
    if (this.texts.length === 0) return undefined;
    const bytes = Buffer.from(this.text);
    const link = {
      generation: this.texts.length,
      bytes: bytes.length,
      crc32: crc32Hex(crc32(bytes)),
    };
    return { ...(await readManifest(each(this.text.split('\n')))), link };
  }

  async add(mode: Succession, chunks: number): Promise<void> {
    const previous = await this.#previous();
    const generation = this.texts.length + 1;
    const isNew = previous === undefined || mode === 'overwrite';
    const base = isNew ? { ...EMPTY_BASE, since: generation } : baseOf(previous.head);
    const runId = generation.toString(16).padStart(32, '0');
    const own = Array.from({ length: chunks }, (_, at) => entryOf(base.chunks + at, base.since));
    this.#expect(mode, own);
    const figures = headerOf({ rows: chunks, nnz: 3 * chunks, chunks });
    const source = { ...figures.source, uri: URI };
    const run = { ...figures, source, runId, generation, base };
    const isLinked = previous !== undefined && isOutgrown(run, previous);
    const before = isLinked ? await totalsOf(previous) : undefined;
    const head = manifestHead(run, previous && { ...previous, totals: before });
    const entries =
      isLinked || isNew ? own : [...(await Array.fromAsync(previous.entries)), ...own];
    const pieces = manifestText(head, each(entries), { totals: new TotalsBuilder(head) });
    this.texts.push((await Array.fromAsync(pieces)).join(''));
    this.generations.push(head.generations.at(-1)!);
  }

  #expect(mode: Succession, own: readonly ManifestEntry[]): void {
    if (mode === 'overwrite') {
      const gone = this.generations.map(({ generation, runId }) => ({ generation, runId }));
      this.replaced.push(...gone);
      this.generations = [];
      this.entries = [];
    }
    this.entries.push(...own);
  }

  readonly read = async (generation: number): Promise<string | undefined> =>
    this.texts[generation - 1];

  /** Links of the latest manifest to the set, and to runs that are no longer in it. */
  links() {
    const { earlier = [], earlierReplaced = [] } = parseManifest(this.text);
    return { earlier, earlierReplaced };
  }
}
