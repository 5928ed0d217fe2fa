import type { Random } from '#support/seeded-random.ts';

/** Format of the tables of a campaign. */
export const FUZZ_FORMATS = ['csv', 'jsonl', 'parquet'] as const;

export type FuzzFormat = (typeof FUZZ_FORMATS)[number];

/** A sound table: its schema, and the text of each value. */
export interface SoundTable {
  readonly schema: Readonly<Record<string, string>>;
  /** null is NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
}

const TEXTS = [
  ...['x', 'a text', 'ü', '🙂', ' ', ' a ', '0', 'NULL', 'null', 'true', '1e5', "'", '\\', '\\n'],
  ...['a,b', 'a\nb', 'a\r\nb', '"', '""', 'a"b', ',', '\n', '\t', '{"a":1}', '\u2028', '\ufeff'],
];

function pad(value: number, digits = 2): string {
  return String(value).padStart(digits, '0');
}

function day(random: Random): string {
  return `${random.integer(1970, 2038)}-${pad(random.integer(1, 12))}-${pad(random.integer(1, 28))}`;
}

function time(random: Random): string {
  return [23, 59, 59].map((most) => pad(random.integer(0, most))).join(':');
}

/** A value of each type, as every engine writes it. */
const VALUES: Readonly<Record<string, (random: Random) => string>> = {
  integer: (random) => String(random.integer(-9, 2 ** 31 - 1)),
  bigint: (random) => random.pick(['0', '-1', '9007199254740993', '-9223372036854775807']),
  double: (random) => random.pick(['0.5', '-1.25', '3.0', '1.5e300', '-2.5e-7', '0.1']),
  varchar: (random) => random.pick(TEXTS),
  boolean: (random) => random.pick(['true', 'false']),
  date: day,
  timestamp: (random) => `${day(random)} ${time(random)}`,
  'decimal(12,2)': (random) => `${random.integer(-99, 99_999)}.${pad(random.integer(0, 99))}`,
};

/** Makes a small table of one to five columns. */
export function makeTable(random: Random): SoundTable {
  const columns = random.integer(1, 5);
  const types = Array.from({ length: columns }, () => random.pick(Object.keys(VALUES)));
  const value = (type: string) => (random.chance(0.1) ? null : VALUES[type]!(random));
  const rows = Array.from({ length: random.integer(0, 30) }, () => types.map(value));
  return { schema: Object.fromEntries(types.map((type, k) => [`c${k}`, type])), rows };
}

function csvField(value: string | null, random: Random): string {
  if (value === null) return '';
  const isQuoted = value === '' || /[",\r\n]|^\s|\s$/.test(value) || random.chance(0.1);
  return isQuoted ? `"${value.replaceAll('"', '""')}"` : value;
}

/** The table as CSV. Of a column alone there is no NULL: an empty line is no record. */
export function csvText({ schema, rows }: SoundTable, random: Random): string {
  const names = Object.keys(schema);
  const end = random.pick(['\n', '\n', '\n', '\r\n']);
  const written = rows.filter((row) => names.length > 1 || row[0] !== null);
  const lines = written.map((row) => row.map((value) => csvField(value, random)).join(','));
  return [names.join(','), ...lines].map((line) => `${line}${end}`).join('');
}

const BARE = ['integer', 'bigint', 'double', 'boolean', 'decimal(12,2)'];

/** The table as lines of JSON: NULL is `null`, or no key. */
export function jsonlText({ schema, rows }: SoundTable, random: Random): string {
  const columns = Object.entries(schema);
  const space = random.pick(['', '', ' ']);
  const lines = rows.map((row) => {
    const fields = columns.flatMap(([name, type], k) => {
      const value = row[k] ?? null;
      if (value === null && random.chance(0.5)) return [];
      const json = value === null || BARE.includes(type) ? value : JSON.stringify(value);
      return [`${JSON.stringify(name)}:${space}${json}`];
    });
    return `{${fields.join(`,${space}`)}}\n`;
  });
  return lines.join('');
}
