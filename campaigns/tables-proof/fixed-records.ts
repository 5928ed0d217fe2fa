import { createCipheriv } from 'node:crypto';

/** Of each record, its line feed included. */
export const RECORD_BYTES = 100;

export const FIXED_SCHEMA = {
  id: 'bigint',
  price: 'decimal(12,2)',
  ratio: 'double',
  day: 'date',
  key: 'text',
  name: 'text',
};

const HEADER = 'id,price,ratio,day,key,name';
const NAMES = ['north', 'south', 'east', 'west', 'centre', 'abroad', 'unknown'];
const NAME_BYTES = 26;
/** Random bytes for a record: 8 for its numbers, and the others for its key. */
const RANDOM_BYTES = 24;
/** Records of a piece. */
const PIECE = 10_000;

/** Digits of a key. */
const KEY_DIGITS = 32;

/** Two digits. */
const two = (value: number) => String(value).padStart(2, '0');

/** A record of {@link RECORD_BYTES} with its line feed. */
function record(id: number, random: Buffer, at: number, key: string): string {
  const cents = random.readUInt32LE(at) % 1e8;
  const share = random.readUInt32LE(at + 4) % 1e6;
  const name = NAMES[cents % NAMES.length]!.padEnd(NAME_BYTES, '.');
  const price = `${String(Math.floor(cents / 100)).padStart(6, '0')}.${two(cents % 100)}`;
  const day = `2024-${two(1 + (share % 12))}-${two(1 + (share % 28))}`;
  const ratio = `0.${String(share).padStart(6, '0')}`;
  return `${`${id}`.padStart(9, '0')},${price},${ratio},${day},${key},${name}\n`;
}

/**
 * A CSV of records of equal length, in pieces; the same for the same numbers. About half of it is
 * random, so that it compresses as tables do.
 *
 * @param first number of its first record.
 * @param randomDigits of a key, which has 32; the fewer, the smaller is what it becomes.
 */
export function* fixedRecords(
  first: number,
  count: number,
  randomDigits = KEY_DIGITS,
): Generator<Buffer> {
  yield Buffer.from(`${HEADER}\n`);
  const key = Buffer.alloc(16);
  key.writeUInt32LE(first);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  for (let start = 0; start < count; start += PIECE) {
    const records = Math.min(PIECE, count - start);
    const random = cipher.update(Buffer.alloc(records * RANDOM_BYTES));
    const hex = random.toString('hex');
    const lines = Array.from({ length: records }, (_, i) => {
      const at = i * RANDOM_BYTES;
      const end = 2 * (at + RANDOM_BYTES);
      const digits = hex.slice(end - randomDigits, end).padEnd(KEY_DIGITS, '0');
      return record(first + start + i, random, at, digits);
    });
    yield Buffer.from(lines.join(''));
  }
}

/** Bytes of a CSV of {@link fixedRecords}. */
export function fixedBytes(count: number): number {
  return HEADER.length + 1 + count * RECORD_BYTES;
}
