/**
 * Quotes a text as Python's `csv` module does under minimal quoting: where it holds the delimiter, a
 * quote or a line break, and where an empty text is `alone` on its line, which would look like no cell.
 */
export function quoteCell(text: string, delimiter: string, alone: boolean): string {
  if (text === '') return alone ? '""' : '';
  const special = text.includes(delimiter) || /["\n\r]/.test(text);
  return special ? `"${text.replaceAll('"', '""')}"` : text;
}
