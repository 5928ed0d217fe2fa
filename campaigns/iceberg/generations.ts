/** A table of every type that Spark reads of Iceberg. */
const SCHEMA = {
  ...{ id: 'bigint', flag: 'boolean', tiny: 'tinyint', small: 'smallint', number: 'integer' },
  ...{ single: 'float', double: 'double', price: 'decimal(7,2)', sum: 'decimal(18,4)' },
  ...{
    large: 'decimal(38,10)',
    text: 'varchar',
    day: 'date',
    at: 'timestamp',
    instant: 'timestamptz',
  },
  ...{ key: 'uuid', tags: 'varchar[]', place: 'struct(name varchar, "at" double[])' },
  counts: 'map(varchar, integer)',
} as const;

/** Ten generations, each of them a snapshot. */
const MODES = [
  ...['create', 'append', 'append', 'append', 'overwrite'],
  ...['append', 'append', 'overwrite', 'append', 'append'],
] as const;

/** A generation of rows, and how they come in. */
interface MadeGeneration {
  readonly mode: string;
  /** JSON lines. */
  readonly lines: string;
  readonly companions: readonly string[];
}

/** A table that readers are asked for. */
interface MadeTable {
  readonly name: string;
  readonly schema: Readonly<Record<string, string>>;
  readonly sql?: string;
  readonly partitionBy?: readonly string[];
  readonly generations: readonly MadeGeneration[];
  /** Whether Spark has its types. */
  readonly isOfSpark: boolean;
}

const ROWS = 400;
const TEXTS = ['', 'é', 'zebra', 'a'.repeat(100), '\u{1f600}'.repeat(70), '\u{10ffff}'.repeat(65)];

/** Between those at which Python stops. */
const YEARS = ['0002', '0999', '1582', '1969', '1970', '2024', '9999'];

function at<T>(list: readonly T[], index: number): T {
  return list[index % list.length]!;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** A row by its number; NULLs and values that bounds are hard to make of are in each file. */
function rowOf(id: number): Readonly<Record<string, unknown>> {
  const sign = id % 2 === 0 ? '-' : '';
  const day = `${at(YEARS, id)}-0${1 + (id % 9)}-${padded(1 + (id % 28), 2)}`;
  const time = `${padded(id % 24, 2)}:${padded(id % 60, 2)}:59.${padded(id * 7919, 6).slice(-6)}`;
  const row = {
    ...{ flag: id % 3 === 0, tiny: (id % 256) - 128, small: ((id * 131) % 65_536) - 32_768 },
    ...{ number: (id % 2 === 0 ? -1 : 1) * ((id * 7_654_321) % 2 ** 31) },
    ...{ single: id % 7 === 0 ? -0 : id / 8, double: id % 11 === 0 ? -0 : (id - 500) * 1e300 },
    price: `${sign}${id % 99_999}.${padded(id % 100, 2)}`,
    sum: `${sign}${id}${'9'.repeat(id % 10)}.0001`,
    large: `${sign}${'123456789'.repeat(1 + (id % 3))}.${padded(id, 10)}`,
    ...{ text: at(TEXTS, id) + (id % 5), day, at: `${day} ${time}`, instant: `${day}T${time}Z` },
    key: `${padded(id * 97, 8)}-0000-4000-8000-${'f'.repeat(12)}`,
    tags: at([[], ['a', null], ['b']], id),
    place: { name: `p${id}`, at: [id, null] },
    counts: { [`k${id}`]: id },
  };
  const left = Object.entries(row).filter((_, index) => (id + index) % 13 !== 0);
  return { id, ...Object.fromEntries(left) };
}

function linesOf(generation: number): string {
  const rows = Array.from({ length: ROWS }, (_, row) => rowOf(generation * ROWS + row));
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

function generationsOf(modes: readonly string[]): readonly MadeGeneration[] {
  return modes.map((mode, index) => ({ mode, lines: linesOf(index), companions: ['iceberg'] }));
}

/** Ten generations of partitions, of which three replace some of them. */
const PARTITION_MODES = [
  ...['create', 'append', 'overwrite-partitions', 'append', 'overwrite-partitions'],
  ...['overwrite-partitions', 'append', 'overwrite', 'append', 'overwrite-partitions'],
] as const;

/** Hive escapes most of them in the names of folders. */
const TAGS = [
  'a b',
  'a/b',
  'x=y',
  '50%',
  '\u00e9',
  'a:b',
  '#?',
  '"',
  undefined,
  '{x}',
  '+&;',
  '%41',
];

const PARTITIONED_SCHEMA = {
  ...{ id: 'bigint', tag: 'varchar', text: 'varchar', day: 'date', flag: 'boolean' },
  ...{ tiny: 'tinyint', long: 'bigint', price: 'decimal(7,2)', large: 'decimal(38,10)' },
} as const;

/** Rows of some tags, two days and a few values of each other type; NULLs are among them. */
function partitionedRow(id: number, generation: number): Readonly<Record<string, unknown>> {
  const kind = id % 3;
  const values = [
    { flag: true, tiny: -128, long: '9223372036854775807', price: '-0.01', large: '-1.5' },
    { flag: false, tiny: 127, long: '-1', price: '99999.99', large: `${'9'.repeat(28)}.5` },
    {},
  ];
  const days = ['2026-11-29', '0002-01-01', undefined];
  const tag = at(TAGS, (id % 4) + generation * 3);
  return { id, tag, text: `t${id}`, day: at(days, generation + (id % 2)), ...values[kind] };
}

function partitionedLines(generation: number): string {
  const rows = Array.from({ length: 120 }, (_, row) =>
    partitionedRow(generation * 120 + row, generation),
  );
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** Partitions by texts and days, and by all other types that there are. */
function partitionedTables(): readonly MadeTable[] {
  const of = (name: string, modes: readonly string[], partitionBy: readonly string[]) => ({
    ...{ name, schema: PARTITIONED_SCHEMA, partitionBy, isOfSpark: true },
    generations: modes.map((mode, index) => {
      return { mode, lines: partitionedLines(index), companions: ['iceberg'] };
    }),
  });
  return [
    of('partitions', PARTITION_MODES, ['tag', 'day']),
    of('kinds', PARTITION_MODES.slice(0, 3), ['large', 'flag', 'tiny', 'long', 'price']),
  ];
}

/**
 * One of ten generations, one that has metadata late, one of what Spark does not have, and two with
 * partitions.
 */
export function tables(): readonly MadeTable[] {
  const [first, second, third] = generationsOf(['create', 'append', 'append']);
  const late = [{ ...first!, companions: [] }, { ...second!, companions: [] }, third!];
  const times = `select id, "at"::time as clock, encode(text) as bytes, day from input`;
  return [
    { name: 't \u00e9', schema: SCHEMA, generations: generationsOf(MODES), isOfSpark: true },
    { name: 'late', schema: SCHEMA, generations: late, isOfSpark: true },
    {
      ...{ name: 'times', schema: SCHEMA, sql: times, isOfSpark: false },
      generations: generationsOf(['create', 'append']),
    },
    ...partitionedTables(),
  ];
}
