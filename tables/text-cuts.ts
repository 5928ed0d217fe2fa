import type { ByteSource } from '#core/bytes/byte-source.ts';
import { BoundExceededError, UnsupportedSourceError } from '#core/errors.ts';
import { PLAIN_PLACES } from '#core/stage/gzip-places.ts';
import type { TextCut } from '#core/tables/pack/pack-files.ts';
import { findCut } from '#core/tables/text/csv/find-cut.ts';
import { findLineCut } from '#core/tables/text/jsonl/find-line-cut.ts';
import { openIndexed } from './open-indexed.ts';
import type { OpenedObject } from './open-object.ts';
import { blaming } from './own-fault.ts';
import type { UnitsSource } from './table-units.ts';

/** Objects whose heads are kept: cuts of one text follow each other. */
const KEPT = 64;

/** Where a place is not clear, others behind it are tried, each so far from the last one. */
const STEP_BYTES = 1024 * 1024;
const TRIES = 16;

type OpenedText = OpenedObject & { readonly format: 'csv' | 'jsonl' };

/** Byte of the first record of a text, behind its header. */
export function firstRecord(text: OpenedText): number {
  return text.format === 'csv' ? text.head.start : 0;
}

/** Finds a line of JSON, which always is clear. */
async function cutLine(from: ByteSource, at: number): Promise<number> {
  const cut = await findLineCut(from, at);
  if (cut !== undefined) return cut;
  throw new BoundExceededError(
    `${from.uri} has more than 4 MiB without a line feed behind byte ${at}, the most that a line of JSON may have; write one object a line`,
  );
}

async function cutCsv(
  { csv, head }: OpenedText & { readonly format: 'csv' },
  from: ByteSource,
  at: number,
): Promise<number> {
  const shape = { format: csv, columns: head.fields.length };
  for (let tried = 0; tried < TRIES; tried++) {
    const place = Math.max(at, head.start + 1) + tried * STEP_BYTES;
    if (place >= from.size) return from.size;
    const cut = await findCut(from, place, shape);
    if (cut !== undefined) return cut;
  }
  throw new UnsupportedSourceError(
    `${from.uri} cannot be cut at byte ${at} nor in the ${TRIES} MiB behind it: no place is clearly the begin of a record of ${shape.columns} fields; mend its records and quotes, or compress the object, which is then read whole`,
  );
}

/**
 * Finds the first record of a plain text that begins at byte `at` or behind it; the size of the
 * text where none does. Where both readings of quotes are right, looks up to 16 MiB behind.
 *
 * @param from the text as it is read, which may be another source than that of the object.
 * @throws {UnsupportedSourceError} no place of CSV is clear.
 * @throws {BoundExceededError} a line of JSON is longer than 4 MiB.
 */
export async function cutText(text: OpenedText, from: ByteSource, at: number): Promise<number> {
  return text.format === 'csv' ? await cutCsv(text, from, at) : await cutLine(from, at);
}

/** Opens the texts of a table to find where they may be cut. Holds the heads of 64 objects. */
export class TextCuts {
  readonly #source: UnitsSource;
  readonly #opened = new Map<number, Promise<OpenedObject>>();

  constructor(source: UnitsSource) {
    this.#source = source;
  }

  /** Opens an object, once. */
  open(object: number): Promise<OpenedObject> {
    const opened = this.#opened.get(object) ?? this.#open(object);
    this.#opened.delete(object);
    this.#opened.set(object, opened);
    const [oldest] = this.#opened.keys();
    if (this.#opened.size > KEPT) this.#opened.delete(oldest!);
    return opened;
  }

  async #open(object: number): Promise<OpenedObject> {
    const [pin] = this.#source.objects.pins(object, object + 1);
    return await blaming(pin!.uri, () => openIndexed(pin!, this.#source));
  }

  /** Finds the first record behind so many stored bytes of an object; else its end. */
  async cut(object: number, bytes: number): Promise<TextCut> {
    const opened = await this.open(object);
    // Only texts are cut; one that turns out to be Parquet is refused when its chunk is opened.
    if (opened.format === 'parquet') return { at: opened.source.size, bytes: opened.source.size };
    // A dry run does not wait for a seek index.
    if (opened.compression !== 'none') return { at: bytes, bytes };
    const { places = PLAIN_PLACES, source } = opened;
    const from = Math.max(1, places.textAt(bytes));
    const at = await blaming(source.uri, () => cutText(opened, source, from));
    return { at, bytes: places.storedAt(at) };
  }
}
