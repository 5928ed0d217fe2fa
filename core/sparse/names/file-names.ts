import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { Names } from '#core/sparse/names.ts';
import { jsonNames } from './json-names.ts';
import { textNames } from './text-names.ts';

/** Blank bytes before a list that are looked at. */
const HEAD_BYTES = 1024;

/** A byte order mark and blanks, then the sign that begins a list. */
const LIST = /^\ufeff?[ \t\n\r]*\[/;

async function* readFile(source: ByteSource): AsyncGenerator<readonly string[]> {
  const length = Math.min(HEAD_BYTES, source.size);
  const head = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    await source.read({ offset: 0, length }),
  );
  const names = LIST.test(head) ? jsonNames(source) : textNames(source);
  yield* names.read();
}

/**
 * The names in an object: a JSON list of texts if its first sign is `[`, else a text with one name
 * a line.
 */
export function fileNames(source: ByteSource): Names {
  return { uri: source.uri, read: () => readFile(source) };
}
