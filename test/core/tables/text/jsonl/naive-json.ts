/** A value whose numbers are as they were written. */
type Written = string | boolean | null | readonly Written[] | { readonly [key: string]: Written };

/** Each string of a line, one after the other, and the colon behind it if it is a key. */
const STRING = /"(?:[^"\\]|\\.)*"(?<colon>[\t\r ]*:)?/g;

/** Strings and numbers of a line, one after the other. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** The line with its numbers in quotes. */
function numbersQuoted(line: string): string {
  return line.replaceAll(STRING_OR_NUMBER, (token) => (token[0] === '"' ? token : `"${token}"`));
}

function writtenKeys(line: string): number {
  return [...line.matchAll(STRING)].filter(({ groups }) => groups?.['colon'] !== undefined).length;
}

function countKeys(value: Written): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, one) => sum + countKeys(one), own);
}

function depthOf(value: Written): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function isWhole(value: Written): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, one]) => key.isWellFormed() && isWhole(one));
}

/** Reads one line by `JSON.parse`; undefined if it must be refused. */
export function readNaively(line: string): Written | undefined {
  try {
    JSON.parse(line);
    const value: Written = JSON.parse(numbersQuoted(line));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (countKeys(value) !== writtenKeys(line)) return undefined;
    return depthOf(value) <= 64 && isWhole(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
