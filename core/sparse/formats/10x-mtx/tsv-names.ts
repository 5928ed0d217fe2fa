import type { ByteSource } from '#core/bytes/byte-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { Names } from '#core/sparse/names.ts';
import { openText, readLines } from '#core/text/text-source.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array, uri: string): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw new CorruptSourceError(`${uri} is not UTF-8; copy it again`, { cause });
  }
}

function fieldOf(line: string, column: number, uri: string): string {
  const field = line.replace(/\r$/, '').split('\t')[column];
  if (field !== undefined) return field;
  throw new CorruptSourceError(
    `${uri} has the line ${JSON.stringify(line.slice(0, 60))}, expected ${column + 1} fields with tabs between them`,
  );
}

/** Yields one field of each line, a batch per block of the text. */
async function* readField(source: ByteSource, column: number): AsyncGenerator<readonly string[]> {
  const text = await openText(source);
  for (let job = 0; job < text.jobs; job++) {
    for await (const { bytes, start, end } of readLines(text, job)) {
      const lines = decode(bytes.subarray(start, end - 1), text.uri).split('\n');
      yield lines.map((line) => fieldOf(line, column, text.uri));
    }
  }
}

/** Names in one column of a table with tabs between its fields and no header, plain or gzip. */
export function tsvNames(source: ByteSource, column: number): Names {
  return { uri: source.uri, read: () => readField(source, column) };
}
