/** What a column may hold, by the engine's own name; each with the other names people write. */
export const SCALAR_TYPES = {
  BOOLEAN: ['bool', 'logical'],
  TINYINT: ['int1'],
  SMALLINT: ['int2', 'int16', 'short'],
  INTEGER: ['int', 'int4', 'int32', 'signed'],
  BIGINT: ['int64', 'long'],
  UTINYINT: ['uint8'],
  USMALLINT: ['uint16'],
  UINTEGER: ['uint32'],
  UBIGINT: ['uint64'],
  FLOAT: ['real', 'float4', 'float32'],
  DOUBLE: ['double precision', 'float8', 'float64'],
  VARCHAR: ['text', 'string', 'char', 'bpchar', 'character varying'],
  BLOB: ['bytea', 'binary', 'varbinary', 'bytes'],
  DATE: ['date32'],
  TIME: ['time without time zone'],
  TIMESTAMP: ['datetime', 'timestamp without time zone', 'timestamp_us'],
  TIMESTAMP_MS: [],
  TIMESTAMP_NS: [],
  TIMESTAMPTZ: ['timestamp with time zone'],
  UUID: ['guid'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ScalarName = keyof typeof SCALAR_TYPES;

export const SCALAR_NAMES = Object.keys(SCALAR_TYPES) as readonly ScalarName[];

/** The last of these is for messages. */
export const ALLOWED_TYPES = [
  ...SCALAR_NAMES,
  ...['DECIMAL(p, s)', 'STRUCT(name type, …)', 'type[]', 'MAP(type, type)'],
].join(', ');

/** Types that the engine has and this program refuses, and what to take instead. */
export const REFUSED_TYPES: Readonly<Record<string, string>> = {
  int8: 'is 8 bytes in SQL and 8 bits in Arrow; write BIGINT or TINYINT',
  hugeint: 'has no form in Parquet; write DECIMAL(38, 0)',
  int128: 'has no form in Parquet; write DECIMAL(38, 0)',
  uhugeint: 'has no form in Parquet; write DECIMAL(38, 0)',
  timestamp_s: 'has no form in Parquet; write TIMESTAMP_MS or TIMESTAMP',
  timetz: 'has no form in Parquet that keeps the offset; write TIME or TIMESTAMPTZ',
  'time with time zone': 'has no form in Parquet that keeps the offset; write TIMESTAMPTZ',
  json: 'is written as VARCHAR; write VARCHAR, or the STRUCT it holds',
  interval: 'is read differently by every reader of Parquet; write BIGINT of a unit',
};

const NAME_OF: ReadonlyMap<string, ScalarName> = new Map(
  SCALAR_NAMES.flatMap((name) =>
    [name.toLowerCase(), ...SCALAR_TYPES[name]].map((alias) => [alias, name] as const),
  ),
);

/** The scalar type that a name in lower case with single spaces stands for. */
export function scalarNamed(words: string): ScalarName | undefined {
  return NAME_OF.get(words);
}
