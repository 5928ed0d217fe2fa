import { createHash } from 'node:crypto';

/** Keys in turn, of which one is NULL. */
export const KEYS = 30;

/** Bytes that no compression makes fewer. */
function noise(id: number, bytes: number): string {
  const parts = Math.ceil(bytes / 88);
  const hash = (part: number) => createHash('sha512').update(`${id} ${part}`).digest('base64');
  return Array.from({ length: parts }, (_, part) => hash(part)).join('');
}

/** Records `start <= id < end` of CSV, of thirty keys in turn, of which one is NULL. */
export function csvOf(start: number, end: number, bytes = 1): Buffer {
  const rows = Array.from({ length: end - start }, (_, i) => {
    const id = start + i;
    const zip = id % KEYS;
    return `${id},${zip === 0 ? '' : zip},${noise(id, bytes)}\n`;
  });
  return Buffer.from(`id,zip,note\n${rows.join('')}`);
}

/** Keys in their order, NULL last, and the rows of each in the order of the source. */
export function expectedIds(rows: number): number[] {
  const keys = [...Array.from({ length: KEYS - 1 }, (_, at) => at + 1), 0];
  return keys.flatMap((zip) =>
    Array.from({ length: rows }, (_, id) => id).filter((id) => id % KEYS === zip),
  );
}
