import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { Names } from '#core/sparse/names.ts';
import { refuseLongName } from './check-name.ts';
import { textPieces } from './text-pieces.ts';

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

async function* readLines(source: ByteSource): AsyncGenerator<readonly string[]> {
  const { uri } = source;
  let rest = '';
  let count = 0;
  for await (const piece of textPieces(source)) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    refuseLongName(rest.length, count + lines.length, uri);
    for (const [at, line] of lines.entries()) refuseLongName(line.length, count + at, uri);
    count += lines.length;
    if (lines.length > 0) yield lines.map(withoutReturn);
  }
  if (rest !== '') yield [withoutReturn(rest)];
}

/**
 * The names in a text, one per line. Lines end with LF or CRLF; the last one need not. Holds two
 * blocks of 1 MiB, and a name of at most 1 MiB.
 */
export function textNames(source: ByteSource): Names {
  return { uri: source.uri, read: () => readLines(source) };
}
