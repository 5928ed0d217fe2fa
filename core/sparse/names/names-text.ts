import { crc32 } from 'node:zlib';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { NamesFigures } from '#core/sparse/matrix-facts.ts';
import type { Names } from '#core/sparse/names.ts';

/**
 * Writes names as a JSON list with one name per line. The same names give the same text, whatever
 * batches they come in.
 */
class NamesText {
  readonly #utf8 = new TextEncoder();
  #count = 0;
  #crc = 0;

  add(names: readonly string[]): Uint8Array {
    const lines = names.map((name) => JSON.stringify(name)).join(',\n');
    const text = lines === '' ? '' : `${this.#count === 0 ? '[\n' : ',\n'}${lines}`;
    this.#count += names.length;
    return this.#bytes(text);
  }

  end(): Uint8Array {
    return this.#bytes(this.#count === 0 ? '[]\n' : '\n]\n');
  }

  figures(): NamesFigures {
    return { count: this.#count, crc32: crc32Hex(this.#crc) };
  }

  #bytes(text: string): Uint8Array {
    const bytes = this.#utf8.encode(text);
    this.#crc = crc32(bytes, this.#crc);
    return bytes;
  }
}

/** The text of `_manifest/columns.json`: a JSON list with one name per line. Holds one batch. */
export async function* namesText(names: Names): AsyncGenerator<Uint8Array> {
  const text = new NamesText();
  for await (const batch of names.read()) yield text.add(batch);
  yield text.end();
}

/** Counts names, and sums up their text. Reads all of them; holds one batch. */
export async function figuresOf(names: Names): Promise<NamesFigures> {
  const text = new NamesText();
  for await (const batch of names.read()) text.add(batch);
  text.end();
  return text.figures();
}

/**
 * The same names, compared with what is known of them when all are read.
 *
 * @throws {CorruptSourceError} at the end, if they are other names.
 */
export function checkedNames(names: Names, expected: NamesFigures): Names {
  return {
    ...names,
    async *read() {
      const text = new NamesText();
      for await (const batch of names.read()) {
        text.add(batch);
        yield batch;
      }
      text.end();
      const { count, crc32: crc } = text.figures();
      if (count === expected.count && crc === expected.crc32) return;
      throw new CorruptSourceError(
        `${names.uri} has ${count} names with CRC-32 ${crc}, planned were ${expected.count} with CRC-32 ${expected.crc32}; restore the object, or export to another output.uri`,
      );
    },
  };
}
