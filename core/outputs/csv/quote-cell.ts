/**
 * Quotes a text as Python's `csv` module does under minimal quoting: if it has the delimiter, a
 * quote or a line break in it. An empty text that is `alone` on its line is quoted too, because an
 * empty line would look like no cell.
 */
export function quoteCell(text: string, delimiter: string, alone: boolean): string {
  if (text === '') return alone ? '""' : '';
  const special = text.includes(delimiter) || /["\n\r]/.test(text);
  return special ? `"${text.replaceAll('"', '""')}"` : text;
}
