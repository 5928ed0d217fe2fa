import { CorruptSourceError } from '#core/errors.ts';
import { readPieces, type TextSource } from '#core/text/text-source.ts';

/**
 * The first line of a file of the Extreme Classification repository, before rows of
 * `label,label index:value …` whose columns are counted from 0.
 *
 * @see http://manikvarma.org/downloads/XC/XMLRepository.html
 */
export interface ExtremeHeader {
  readonly rows: number;
  readonly features: number;
  /** Offset of the first row in the text. */
  readonly end: number;
}

const HEADER = /^\s*(\d{1,15})[ \t]+(\d{1,15})[ \t]+(\d{1,15})\s*$/;

/** More than the longest header takes. */
const HEAD_BYTES = 64;

const PIECE_BYTES = 4096;

/** True for `rows features labels`, which is no row of svmlight. */
export function isExtremeHeader(line: string): boolean {
  return HEADER.test(line);
}

/** Reads the header, if the text begins with one. */
export async function readExtremeHeader(text: TextSource): Promise<ExtremeHeader | undefined> {
  for await (const piece of readPieces(text, PIECE_BYTES)) {
    const head = Buffer.from(piece.subarray(0, HEAD_BYTES)).toString('latin1');
    const [line = ''] = head.split('\n', 1);
    const [, rows, features] = HEADER.exec(line) ?? [];
    if (rows === undefined) return undefined;
    return { rows: Number(rows), features: Number(features), end: line.length + 1 };
  }
  return undefined;
}

/** @throws {CorruptSourceError} the text has other rows or columns than its header says. */
export function assertExtreme(
  uri: string,
  header: ExtremeHeader,
  found: { readonly rows: number; readonly features: number },
): void {
  const { rows, features } = header;
  if (rows === found.rows && features >= found.features) return;
  throw new CorruptSourceError(
    `${uri} says in its first line ${rows} rows and ${features} features, but has ${found.rows} rows and needs ${found.features} features; mend the line, or copy the file again`,
  );
}
