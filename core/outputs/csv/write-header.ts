import type { Parts, PartWriter } from '#core/outputs/part-writer.ts';
import type { CellOptions } from './implicit-text.ts';
import { quoteCell } from './quote-cell.ts';

/**
 * Writes the line of column names, one name at a time, because the line may be longer than memory.
 */
export function* writeHeader(
  out: PartWriter,
  names: Iterable<string>,
  { columns, dialect }: CellOptions,
): Parts {
  const utf8 = new TextEncoder();
  let separator = '';
  for (const name of names) {
    const cell = quoteCell(name, dialect.delimiter, columns === 1);
    yield* out.write(utf8.encode(separator + cell));
    separator = dialect.delimiter;
  }
  yield* out.write(utf8.encode('\n'));
}
