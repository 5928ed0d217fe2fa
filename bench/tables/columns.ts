import type { Random } from '#support/seeded-random.ts';

/** A column of the made-up table. */
export interface MadeColumn {
  readonly name: string;
  /** As a request's `schema` names it. */
  readonly type: string;
  /** How JSON writes its values. */
  readonly json: 'bare' | 'text';
  /** A value as a text; null is NULL. */
  readonly value: (random: Random, row: number) => string | null;
}

const CITIES = ['Zürich', 'São Paulo', 'Kraków', '東京', 'Lagos', 'Austin', 'Lyon', 'Москва'];
const COUNTRIES = ['CH', 'BR', 'PL', 'JP', 'NG', 'US', 'FR', 'RU', 'DE', 'IN', 'MX', 'ZA'];
const STATUSES = ['paid', 'shipped', 'returned', 'cancelled', 'pending review'];
const WORDS = 'the order of this customer came late but whole and was kept in good shape'.split(
  ' ',
);

/** Days of the table, and the share of rows up to each. */
const DAYS = [
  ['2026-03-01', 0.7],
  ['2026-03-02', 0.85],
  ['2026-03-03', 0.95],
  ['2026-03-04', 1],
] as const;

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

function clock(random: Random): string {
  return [23, 59, 59].map((most) => padded(random.integer(0, most), 2)).join(':');
}

function day(random: Random): string {
  const share = random.next();
  return DAYS.find(([, most]) => share < most)![0];
}

/** A number of so many digits behind the point, as programs print it. */
function fixed(random: Random, most: number, digits: number): string {
  return (random.next() * most).toFixed(digits);
}

function hex(random: Random, digits: number): string {
  return Math.floor(random.next() * 16 ** digits)
    .toString(16)
    .padStart(digits, '0');
}

function sentence(random: Random): string {
  return Array.from({ length: random.integer(2, 7) }, () => random.pick(WORDS)).join(' ');
}

/** Two in a hundred have a line end, a comma and quotes. */
function comment(random: Random): string {
  const text = sentence(random);
  return random.chance(0.02) ? `${text},\n"${random.pick(WORDS)}" they said` : text;
}

function orNull(share: number, value: MadeColumn['value']): MadeColumn['value'] {
  return (random, row) => (random.chance(share) ? null : value(random, row));
}

const numbers = (name: string, type: string, value: MadeColumn['value']): MadeColumn => {
  return { name, type, json: 'bare', value };
};

const texts = (name: string, type: string, value: MadeColumn['value']): MadeColumn => {
  return { name, type, json: 'text', value };
};

/** Twenty columns of all kinds that tables of orders have. */
export const COLUMNS: readonly MadeColumn[] = [
  numbers('order_id', 'bigint', (_, row) => String(7_000_000_000 + row)),
  texts('ordered_at', 'timestamp', (random) => `${day(random)} ${clock(random)}`),
  texts('order_day', 'date', day),
  numbers('customer', 'integer', (random) => String(random.integer(1, 40_000_000))),
  texts('country', 'varchar', (random) => random.pick(COUNTRIES)),
  texts('city', 'varchar', (random) => random.pick(CITIES)),
  texts('product', 'varchar', (random) => `SKU-${padded(random.integer(0, 99_999), 6)}`),
  numbers('quantity', 'smallint', (random) => String(random.integer(1, 120))),
  numbers('price', 'decimal(12,2)', (random) => fixed(random, 5_000, 2)),
  numbers(
    'discount',
    'decimal(9,4)',
    orNull(0.4, (random) => fixed(random, 1, 4)),
  ),
  numbers('total', 'decimal(18,2)', (random) => fixed(random, 600_000, 2)),
  numbers('latitude', 'double', (random) => fixed(random, 90, 5)),
  numbers('longitude', 'double', (random) => `-${fixed(random, 180, 5)}`),
  numbers(
    'weight',
    'double',
    orNull(0.1, (random) => fixed(random, 60, 3)),
  ),
  numbers('is_gift', 'boolean', (random) => String(random.chance(0.1))),
  texts('session', 'varchar', (random) => `${hex(random, 8)}-${hex(random, 8)}-${hex(random, 8)}`),
  texts('status', 'varchar', (random) => random.pick(STATUSES)),
  numbers(
    'points',
    'integer',
    orNull(0.05, (random) => String(random.integer(-500, 100_000))),
  ),
  texts('shipped_day', 'date', orNull(0.3, day)),
  texts('comment', 'varchar', comment),
];

function csvField(value: string | null): string {
  if (value === null) return '';
  return /["\n,]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** The line of the names. */
export const CSV_HEADER = `${COLUMNS.map(({ name }) => name).join(',')}\n`;

/** A row as a record of CSV. */
export function csvRecord(row: readonly (string | null)[]): string {
  return `${row.map(csvField).join(',')}\n`;
}

/** A row as a line of JSON; NULL is a key that is not there. */
export function jsonLine(row: readonly (string | null)[]): string {
  const fields = COLUMNS.flatMap(({ name, json }, place) => {
    const value = row[place]!;
    if (value === null) return [];
    return [`"${name}":${json === 'bare' ? value : JSON.stringify(value)}`];
  });
  return `{${fields.join(',')}}\n`;
}

/** The section `schema` of a request for the table. */
export const SCHEMA: Readonly<Record<string, string>> = Object.fromEntries(
  COLUMNS.map(({ name, type }) => [name, type]),
);
