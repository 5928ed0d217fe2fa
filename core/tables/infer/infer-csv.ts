import { CorruptSourceError } from '#core/errors.ts';
import type { ColumnType } from '#core/tables/schema/column-type.ts';
import type { CsvFormat } from '#core/tables/text/csv/csv-format.ts';
import { readCsvHead } from '#core/tables/text/csv/csv-head.ts';
import { type CsvHeader, mapHeader } from '#core/tables/text/csv/map-header.ts';
import { ColumnTexts } from './column-texts.ts';
import { readStart, type SeenTable } from './look-at-object.ts';
import type { FoundColumn } from './name-columns.ts';
import type { PlannedSample } from './sample-plan.ts';
import { type SampledText, sampleCsv } from './sample-text.ts';
import { readRecords } from './sniff-csv.ts';

/** Texts that stand for NULL in many files. */
const NULL_WORDS = ['NA', 'N/A', 'NULL', 'null', 'NaN', 'nan', 'None', '\\N', '-', ''];

function isText(type: ColumnType): boolean {
  return type.kind === 'scalar' && type.name === 'VARCHAR';
}

/** Collects the columns of CSV objects. */
export class CsvColumns {
  readonly #format: CsvFormat;
  readonly #byName: boolean;
  readonly #columns = new Map<string, ColumnTexts>();
  #first: CsvHeader | undefined;
  rows = 0;

  constructor(format: CsvFormat, byName: boolean) {
    this.#format = format;
    this.#byName = byName;
  }

  /**
   * Adds the records of a part of an object.
   *
   * @throws {CorruptSourceError} they are not sound, or the header is another one than the first.
   */
  async add(seen: SeenTable, place: PlannedSample): Promise<SampledText | undefined> {
    const { source, compression } = seen;
    const head = await readCsvHead(source.uri, readStart(source, compression), this.#format);
    const names = this.#format.header ? head.fields : head.fields.map((_, k) => `column${k}`);
    const header = { uri: source.uri, names };
    if (names.length === 0) return undefined;
    this.#first ??= header;
    this.#checkHeader(header);
    const texts = names.map((name) => this.#columnOf(name));
    const shape = { format: this.#format, columns: names.length };
    const sample = await sampleCsv({ source, compression, start: head.start }, place, shape);
    if (sample === undefined) return undefined;
    this.rows += sample.records;
    for (const fields of readRecords({ uri: source.uri, bytes: sample.proved }, this.#format)) {
      for (const [at, text] of fields.entries()) if (text !== null) texts[at]!.add(text);
    }
    return sample;
  }

  #checkHeader(header: CsvHeader): void {
    const first = this.#first!;
    if (this.#format.header) mapHeader(first, header, this.#byName);
    else if (header.names.length !== first.names.length) {
      throw new CorruptSourceError(
        `${header.uri} has ${header.names.length} fields in its first record, but ${first.uri} has ${first.names.length}; without a header all objects have the same columns`,
      );
    }
  }

  #columnOf(name: string): ColumnTexts {
    const texts = this.#columns.get(name) ?? new ColumnTexts();
    this.#columns.set(name, texts);
    return texts;
  }

  /** The columns in their order, those of later objects behind. */
  get found(): readonly FoundColumn[] {
    return [...this.#columns].map(([name, texts]) => ({
      name,
      type: texts.typeWithout(),
      examples: texts.examples,
      nulls: this.rows - texts.count,
    }));
  }

  /** Sentences about texts that are perhaps NULLs. */
  get notes(): readonly string[] {
    return [...this.#columns].flatMap(([name, texts]) => {
      const words = NULL_WORDS.filter((word) => texts.has(word) && !this.#isNull(word));
      if (words.length === 0 || !isText(texts.typeWithout()) || isText(texts.typeWithout(words)))
        return [];
      const shown = words.map((word) => JSON.stringify(word)).join(', ');
      return [
        `${JSON.stringify(name)} is a text because of ${shown}; if that is NULL, say so by source.csv.nullText, or infer --null-text`,
      ];
    });
  }

  #isNull(text: string): boolean {
    return this.#format.nullText.includes(text);
  }
}
