import { UnsupportedSourceError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import type { LogicalType, PhysicalType, SchemaNode } from './schema-types.ts';

/** Types of values without a meaning of their own. */
const PHYSICAL: Readonly<Record<PhysicalType, string>> = {
  BOOLEAN: 'BOOLEAN',
  INT32: 'INTEGER',
  INT64: 'BIGINT',
  INT96: 'TIMESTAMP',
  FLOAT: 'FLOAT',
  DOUBLE: 'DOUBLE',
  BYTE_ARRAY: 'BLOB',
  FIXED_LEN_BYTE_ARRAY: 'BLOB',
};

const INTEGERS: Readonly<Record<number, string>> = {
  8: 'TINYINT',
  16: 'SMALLINT',
  32: 'INTEGER',
  64: 'BIGINT',
};

/** Types whose meaning has no parameters. */
const PLAIN: Readonly<Record<string, string>> = {
  ...{ string: 'VARCHAR', enum: 'VARCHAR', json: 'VARCHAR', bson: 'BLOB', uuid: 'UUID' },
  ...{ date: 'DATE', interval: 'INTERVAL', float16: 'FLOAT' },
};

const MAX_PRECISION = 38;

function timeType({ kind, isUtc, digits }: LogicalType & { kind: 'time' | 'timestamp' }): string {
  if (isUtc) return `${kind.toUpperCase()} WITH TIME ZONE`;
  return digits === 9 ? `${kind.toUpperCase()}_NS` : kind.toUpperCase();
}

/** Bytes of each value of these. */
const WIDTHS: Readonly<Record<string, number>> = { uuid: 16, interval: 12, float16: 2 };

/** Whether values of a meaning lie as they must: the engine refuses others, or misreads them. */
function isStored(logical: LogicalType, physical: PhysicalType, width: number): boolean {
  const { kind } = logical;
  const isBytes = physical === 'BYTE_ARRAY' || physical === 'FIXED_LEN_BYTE_ARRAY';
  if (kind === 'integer') return physical === (logical.bits === 64 ? 'INT64' : 'INT32');
  if (kind === 'date') return physical === 'INT32';
  if (kind === 'time' || kind === 'timestamp') {
    return physical === (kind === 'time' && logical.digits === 3 ? 'INT32' : 'INT64');
  }
  if (kind === 'decimal') return isBytes || physical === 'INT32' || physical === 'INT64';
  return WIDTHS[kind] === undefined ? isBytes : WIDTHS[kind] === width;
}

function leafType(
  physical: PhysicalType,
  { logical, width }: Pick<SchemaNode, 'logical' | 'width'>,
): string | undefined {
  if (logical === undefined || logical.kind === 'null') return PHYSICAL[physical];
  if (!isStored(logical, physical, width)) return undefined;
  if (logical.kind === 'decimal') {
    const { precision, scale } = logical;
    const isRead = precision > 0 && precision <= MAX_PRECISION && scale >= 0 && scale <= precision;
    return isRead ? `DECIMAL(${precision},${scale})` : undefined;
  }
  if (logical.kind === 'time' || logical.kind === 'timestamp') return timeType(logical);
  if (logical.kind !== 'integer') return PLAIN[logical.kind];
  const type = INTEGERS[logical.bits];
  return type === undefined || logical.isSigned ? type : `U${type}`;
}

/** The type of one value, whether it is repeated or not. */
function valueType(node: SchemaNode): string | undefined {
  const { physical, logical, children } = node;
  if (physical !== undefined) return leafType(physical, node);
  const [inner] = children;
  if (logical?.kind === 'list') return inner && listType(node.name, inner);
  if (logical?.kind === 'map') return inner && mapType(inner);
  const fields = children.map((child) => {
    const type = nodeType(child);
    return type && `"${child.name.replaceAll('"', '""')}" ${type}`;
  });
  return fields.includes(undefined) ? undefined : `STRUCT(${fields.join(', ')})`;
}

/** @param repeated the only field of a list: its element, or, in newer files, a group around it. */
function listType(name: string, repeated: SchemaNode): string | undefined {
  const [element, second] = repeated.children;
  const isAround = second === undefined && !['array', `${name}_tuple`].includes(repeated.name);
  const type = element !== undefined && isAround ? nodeType(element) : valueType(repeated);
  return type && `${type}[]`;
}

function mapType({ children: [key, value] }: SchemaNode): string | undefined {
  const types = [key && nodeType(key), value && nodeType(value)];
  return types.includes(undefined) ? undefined : `MAP(${types.join(', ')})`;
}

function nodeType(node: SchemaNode): string | undefined {
  const type = valueType(node);
  return node.repetition === 'repeated' ? type && `${type}[]` : type;
}

/**
 * The SQL type, in the words of DuckDB, that a column of a Parquet file is read as; texts of JSON
 * are texts.
 *
 * @param uri names the file in messages.
 * @throws {UnsupportedSourceError} no type holds its values, such as decimals of 50 digits.
 */
export function columnType(column: SchemaNode, uri: string): string {
  const type = nodeType(column);
  if (type !== undefined) return type;
  throw new UnsupportedSourceError(
    `${uri} has the column ${shownName(column.name)} of a type that is not read; write it as a number of at most ${MAX_PRECISION} digits, a text, a date or a time`,
  );
}
