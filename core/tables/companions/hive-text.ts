import { hiveTableName, SYMLINK_FORMATS } from './hive-symlink.ts';

/** The longest statement that Athena takes. */
const ATHENA_STATEMENT_BYTES = 262_144;

/** A table over texts whose lines are rows, with columns `c0`, `c1`, … of one type. */
export interface HiveTextTable {
  readonly name: string;
  readonly columns: number;
  /** A type of Hive. */
  readonly type: string;
  readonly delimiter: string;
  /** Text of NULL. */
  readonly nullText: string;
  /** Folder of the symlink, with a slash at its end. */
  readonly location: string;
}

const SERDE = 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe';

function literal(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\t', '\\t')}'`;
}

/** The statement that makes the table, whatever its length. */
function statementOf({
  name,
  columns,
  type,
  delimiter,
  nullText,
  location,
}: HiveTextTable): string {
  const lines = Array.from({ length: columns }, (_, column) => `  c${column} ${type}`);
  return `CREATE EXTERNAL TABLE \`${name}\` (
${lines.join(',\n')}
)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ${literal(delimiter)} NULL DEFINED AS ${literal(nullText)}
STORED AS INPUTFORMAT '${SYMLINK_FORMATS.input}'
OUTPUTFORMAT '${SYMLINK_FORMATS.output}'
LOCATION ${literal(location)};
`;
}

/** The same as the `TableInput` of Glue's CreateTable. */
function glueTableOf(table: HiveTextTable): string {
  const { name, columns, type, delimiter, nullText, location } = table;
  return `${JSON.stringify({
    Name: name,
    TableType: 'EXTERNAL_TABLE',
    Parameters: { EXTERNAL: 'TRUE' },
    StorageDescriptor: {
      Columns: Array.from({ length: columns }, (_, column) => ({ Name: `c${column}`, Type: type })),
      Location: location,
      InputFormat: SYMLINK_FORMATS.input,
      OutputFormat: SYMLINK_FORMATS.output,
      SerdeInfo: {
        SerializationLibrary: SERDE,
        Parameters: { 'field.delim': delimiter, 'serialization.null.format': nullText },
      },
    },
  })}\n`;
}

/** A table as a statement, or where that is too long for Athena as JSON for Glue. */
export function hiveTextTable(table: HiveTextTable): {
  readonly name: string;
  readonly contentType: string;
  readonly text: string;
} {
  const named = { ...table, name: hiveTableName(table.name) };
  const statement = statementOf(named);
  if (Buffer.byteLength(statement) <= ATHENA_STATEMENT_BYTES) {
    return { name: 'table.sql', contentType: 'application/sql', text: statement };
  }
  return { name: 'table.json', contentType: 'application/json', text: glueTableOf(named) };
}
