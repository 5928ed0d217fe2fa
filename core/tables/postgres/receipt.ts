import * as z from 'zod/mini';
import { count, crc32Digits } from '#core/schemas/count.ts';

/**
 * What the object of a chunk says that lies in a database: whose rows are where, how many they are,
 * and length and CRC-32 of the CSV that was sent. The same chunk has the same receipt.
 */
const receipt = z.strictObject({
  run: z.string(),
  chunk: count,
  connection: z.string(),
  schema: z.string(),
  table: z.string(),
  rows: count,
  bytes: count,
  crc32: crc32Digits,
});

export type Receipt = Readonly<z.infer<typeof receipt>>;

/** The text of the object. */
export function receiptText(given: Receipt): string {
  return `${JSON.stringify(receipt.parse(given))}\n`;
}

/** @returns undefined where the text is no receipt. */
export function parseReceipt(text: string): Receipt | undefined {
  try {
    return receipt.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
