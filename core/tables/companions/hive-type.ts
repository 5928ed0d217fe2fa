/** Types of Hive for those of DuckDB, as they lie in Parquet. */
const PLAIN: Readonly<Record<string, string>> = {
  ...{ BOOLEAN: 'boolean', TINYINT: 'tinyint', SMALLINT: 'smallint', INTEGER: 'int' },
  ...{ BIGINT: 'bigint', UTINYINT: 'int', USMALLINT: 'int', FLOAT: 'float', DOUBLE: 'double' },
  ...{ VARCHAR: 'string', JSON: 'string', BLOB: 'binary', DATE: 'date', TIMESTAMP: 'timestamp' },
  'TIMESTAMP WITH TIME ZONE': 'timestamp',
  TIMESTAMPTZ: 'timestamp',
};

const DECIMAL = /^DECIMAL\((\d+),\s*(\d+)\)$/;
const LIST = /^(.+)\[\d*\]$/s;
const NESTED = /^(STRUCT|MAP)\((.+)\)$/s;

/** Names that need no quotes inside of a type. */
const FIELD = /^(?:"([A-Za-z_]\w*)"|([A-Za-z_]\w*))\s+(.+)$/s;

/** Quoted names, brackets, commas, and the text between them. */
const TOKENS = /"(?:[^"]|"")*"|[(),]|[^"(),]+/g;

/** The parts between the commas that are in no brackets. */
function partsOf(text: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (const token of text.match(TOKENS) ?? []) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (token === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop()}${token}`);
  }
  return parts.map((part) => part.trim());
}

function structType(fields: string): string | undefined {
  const types = partsOf(fields).map((field) => {
    const [, quoted, bare, type = ''] = FIELD.exec(field) ?? [];
    const inner = hiveType(type);
    return inner && `${(quoted ?? bare)?.toLowerCase()}:${inner}`;
  });
  return types.includes(undefined) ? undefined : `struct<${types.join(',')}>`;
}

function mapType(text: string): string | undefined {
  const types = partsOf(text).map(hiveType);
  return types.length !== 2 || types.includes(undefined) ? undefined : `map<${types.join(',')}>`;
}

/**
 * The type of Hive and Athena in which values of a type of DuckDB are read from Parquet as they
 * are. Timestamps with a zone are in UTC.
 *
 * @returns undefined where there is none: unsigned numbers that are read as negative ones, times of
 * day, intervals, UUIDs and nanoseconds.
 */
export function hiveType(type: string): string | undefined {
  const decimal = DECIMAL.exec(type);
  if (decimal !== null) return `decimal(${decimal[1]},${decimal[2]})`;
  const list = LIST.exec(type);
  if (list !== null) {
    const element = hiveType(list[1]!);
    return element && `array<${element}>`;
  }
  const nested = NESTED.exec(type);
  if (nested === null) return Object.hasOwn(PLAIN, type) ? PLAIN[type] : undefined;
  return nested[1] === 'MAP' ? mapType(nested[2]!) : structType(nested[2]!);
}
