import { createHash } from 'node:crypto';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { CsvFormat } from '#core/tables/text/csv/csv-format.ts';
import { findCut } from '#core/tables/text/csv/find-cut.ts';
import { proveCsv } from '#core/tables/text/csv/prove-csv.ts';
import { readTextRange } from '#core/tables/text/read-text.ts';
import { createRandom } from '#support/seeded-random.ts';

const FORMAT: CsvFormat = {
  delimiter: ',',
  quote: '"',
  header: false,
  nullText: [''],
  quotedNewlines: true,
};
const SHAPE = { format: FORMAT, columns: 3 };

/** What the slices of a file hold together. */
export interface CutReading {
  readonly slices: number;
  readonly records: number;
  /** SHA-256 of their proved text, joined. */
  readonly sha256: string;
}

/** Different cuts near so many random places, in order. */
async function randomCuts(
  source: ByteSource,
  places: number,
  seed: number,
): Promise<readonly number[]> {
  const random = createRandom(seed);
  const cuts = new Set<number>();
  for (let k = 0; k < places; k++) {
    const at = random.integer(1, source.size - 1);
    const cut = await findCut(source, at, SHAPE);
    if (cut === undefined) throw new Error(`nothing shows a record behind byte ${at}`);
    if (cut > 0 && cut < source.size) cuts.add(cut);
  }
  return [...cuts].sort((one, other) => one - other);
}

/** Where a file is cut. */
export interface Places {
  readonly places: number;
  readonly seed: number;
}

/**
 * Reads a file of {@link cutRecords} in slices that are cut at random places.
 *
 * @param onSlice gets the proved text of each slice, in order.
 */
export async function readCutFile(
  source: ByteSource,
  { places, seed }: Places,
  onSlice: (text: Uint8Array) => Promise<void>,
): Promise<CutReading> {
  const cuts = await randomCuts(source, places, seed);
  const hash = createHash('sha256');
  let records = 0;
  for (const [k, start] of [0, ...cuts].entries()) {
    const end = cuts[k] ?? source.size;
    const slice = { ...SHAPE, uri: source.uri, start, isLast: end === source.size };
    const pieces = readTextRange(source, { start, end });
    const proved: Buffer[] = [];
    records += (await proveCsv(slice, pieces, (bytes) => void proved.push(Buffer.from(bytes))))
      .records;
    const text = Buffer.concat(proved);
    hash.update(text);
    await onSlice(text);
  }
  return { slices: cuts.length + 1, records, sha256: hash.digest('hex') };
}
