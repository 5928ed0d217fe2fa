/** What a field means, in a sentence, and what its silence means. */
interface Meaning {
  readonly meaning: string;
  /** Of a request that is silent, where the schema does not have it. */
  readonly usual?: string;
  /** Where the schema leaves it to code that looks at several fields. */
  readonly allowed?: string;
}

export type Meanings = Readonly<Record<string, Meaning>>;

const NONE = 'none';

/** Of both kinds of request. */
const COMMON: Meanings = {
  source: { meaning: 'what is exported; a URI alone is an object with `uri`', usual: 'required' },
  'source.uri': { meaning: 'one object, or a folder of them, which ends with a slash' },
  'source.uris': { meaning: 'objects that follow each other, in this order' },
  'source.versionId': {
    meaning: 'the version of one object in a bucket that keeps versions',
    usual: 'the latest',
  },
  expect: {
    meaning: 'if the source differs, the request is refused before anything is written',
    usual: 'not checked',
  },
  output: { meaning: 'what is written, by its format, and where' },
  'output.uri': {
    meaning: "where to write, in the deployment's output bucket",
    usual: '`<source key without ending>/<run id>/`',
  },
  'output.companions': {
    meaning:
      'lists for readers that do not know manifests ([of matrices](formats.md#companions-of-a-matrix), [of tables](tables.md#companions))',
    usual: NONE,
  },
  'output.parquet': { meaning: 'of Parquet that is written' },
  chunking: { meaning: 'where files end' },
  limits: { meaning: 'bounds of the run; no part of its identity' },
  'limits.concurrency': { meaning: 'most writers at the same time', usual: '500' },
  'limits.outputBytes': {
    meaning: 'most bytes that the run is expected to store; more is refused with its price',
    usual: '10 TB',
  },
  'limits.maxCostUsd': {
    meaning: 'most dollars that writing it is expected to cost on AWS, without storage and tax',
    usual: 'any',
  },
  'limits.maxMinutes': {
    meaning: 'most minutes that it is expected to take, by 19 of 20 simulations',
    usual: 'any',
  },
  dryRun: { meaning: 'checks and plans, and writes nothing', usual: '`false`' },
};

/** Of requests of a sparse matrix. */
export const MATRIX_MEANINGS: Meanings = {
  ...COMMON,
  'source.order': {
    meaning: 'order of the parts of a folder: by key, or with numbers by their value',
    usual: '`key`',
  },
  'source.columnNames': {
    meaning: 'names of the columns, used where they are printed',
    usual: 'those that the source has',
  },
  'source.format': { meaning: '[how the source is stored](formats.md)', usual: 'by its content' },
  'source.layer': {
    meaning: 'of h5ad and 10x: path of the matrix',
    usual: '`X`; the only matrix of a 10x file',
  },
  'source.zeroBased': {
    meaning: 'of svmlight: whether columns are counted from 0 or 1',
    usual: 'as scikit-learn decides',
  },
  'source.labels': { meaning: 'of svmlight: the label becomes column 0', usual: '`false`' },
  'source.featureIds': {
    meaning: 'of 10x: columns are named by the ids of their features',
    usual: '`false`',
  },
  'source.columns': {
    meaning: 'of svmlight and npy: number of columns',
    usual: 'as many as the highest index needs',
  },
  'expect.rows': { meaning: 'rows of the matrix' },
  'expect.columns': { meaning: 'columns of the matrix' },
  'expect.nnz': { meaning: 'stored entries of the matrix' },
  'expect.dtype': { meaning: 'type of its values' },
  'output.mode': {
    meaning:
      '`create`: nothing may be at `output.uri`; `append`: the rows come after those there; `overwrite`: readers of the manifest see them instead of those there, of which nothing is deleted',
    usual: '`create`',
  },
  'output.single': {
    meaning: '[one object](one-object.md) in row order, written in parallel all the same',
    usual: '`false`',
  },
  'output.format': {
    meaning: 'the format of the chunks ([of sparse ones](formats.md#outputs))',
    usual: '`csv`',
  },
  'output.compression': {
    meaning: 'of each chunk; gzip of CSV is made directly from the entries',
    usual: '`none`; `zstd` of Parquet',
  },
  'output.text': { meaning: 'how CSV writes cells ([csv-text.md](csv-text.md))' },
  'output.text.profile': {
    meaning:
      'text of an unstored cell: `typed` (`0`, `0.0`, `False`; aliases `pandas-3`, `pandas-2`), `zero0` (`0`; alias `pandas-1`), `empty`',
    usual: '`typed`',
  },
  'output.text.delimiter': {
    meaning: 'the character between cells',
    allowed: 'one ASCII character that no cell can have',
    usual: '`,`',
  },
  'output.text.naRep': { meaning: 'text of NaN', usual: 'empty' },
  'output.text.header': {
    meaning: '`first-chunk`: the joined chunks are one file with one header',
    usual: '`none`',
  },
  'output.text.index': {
    meaning:
      "each line begins with the name of its row, or its number where rows have no names, as pandas' `index=True`",
    usual: '`false`',
  },
  'output.text.label': { meaning: 'what [comes first in a line](formats.md#labels)', usual: NONE },
  'output.text.label.column': { meaning: 'a column, which is moved' },
  'output.text.label.uri': { meaning: 'an object with one label per row, in place of `column`' },
  'output.zeroBased': { meaning: 'whether the first column is 0 or 1', usual: 'required' },
  'output.label': { meaning: 'the [label](formats.md#labels) of each row', usual: NONE },
  'output.label.column': { meaning: 'a column, which is no feature then' },
  'output.label.uri': { meaning: 'an object with one number per row, in place of `column`' },
  'output.tensor': { meaning: 'type of the values', usual: '`float32`' },
  'output.layout': {
    meaning: 'a row for each stored entry, or a row with lists for each row of the matrix',
    usual: '`triples`',
  },
  'output.parquet.rowGroupBytes': { meaning: 'bytes of values in a row group', usual: '16 MiB' },
  'chunking.rows': { meaning: 'exactly so many rows in each chunk but the last', usual: NONE },
  'chunking.targetBytes': {
    meaning: 'most bytes of text in a chunk; only a single row may be longer',
    usual: '512 MiB of text; 8 GiB of sparse gzip',
  },
};

/** Of requests of a table. */
export const TABLE_MEANINGS: Meanings = {
  ...COMMON,
  'source.inbox': { meaning: '[take in what arrives](tables.md#inbox), in place of `uri`' },
  'source.inbox.uri': { meaning: 'the folder in which objects arrive', usual: 'required' },
  'source.inbox.targetBytes': { meaning: 'so many bytes that wait are taken in' },
  'source.inbox.maxAge': { meaning: 'no object waits longer' },
  'source.inbox.largeBytes': { meaning: 'objects of this size are taken in at once' },
  'source.postgres': {
    meaning: '[a table or a query of PostgreSQL](tables.md#from-postgresql), in place of `uri`',
  },
  'source.postgres.connection': {
    meaning: 'which database, by the name that the deployment gives its connection',
    allowed: 'a name; a host, user, secret or ARN is refused',
    usual: 'required',
  },
  'source.postgres.schema': { meaning: 'of the table', usual: '`public`' },
  'source.postgres.table': { meaning: 'the table that is read' },
  'source.postgres.query': { meaning: 'what is read, in place of `table`; it runs READ ONLY' },
  'source.postgres.key': { meaning: 'columns that rows are ordered and cut by', usual: 'required' },
  'source.postgres.version': { meaning: 'stands for the ETag of the run', usual: 'required' },
  'source.format': { meaning: 'of the objects; where name and content disagree, they are refused' },
  'source.compression': { meaning: 'of texts', usual: "each object's own" },
  'source.csv': { meaning: 'how CSV is read ([table-texts.md](table-texts.md))' },
  'source.csv.delimiter': { meaning: 'the character between fields' },
  'source.csv.quote': { meaning: 'the character around quoted fields' },
  'source.csv.header': { meaning: 'whether the first record has the names' },
  'source.csv.nullText': { meaning: 'texts that are NULL where they are not quoted' },
  'source.csv.quotedNewlines': { meaning: 'whether quoted fields may have line breaks' },
  'source.byName': {
    meaning: 'headers may differ; columns that an object does not have are NULL',
    usual: '`false`',
  },
  schema: {
    meaning: 'names and [types](tables.md#types) of the columns, in order',
    allowed: '`{ "<name>": "<type>" }`, or a list of `{ name, type, lossy }`',
    usual: 'that of Parquet; required for texts',
  },
  columns: { meaning: 'where columns come from, by their names; `*` is all others', usual: '`{}`' },
  'columns.*': { meaning: 'of one column; `drop` leaves it out' },
  'columns.*.from': { meaning: 'its name in the source' },
  'columns.*.default': { meaning: 'its value where the source has none', usual: 'NULL' },
  transform: { meaning: 'what is done to rows before they are written', usual: NONE },
  'transform.sql': { meaning: 'one SELECT over `input`, [row by row](tables.md#transform)' },
  'transform.functions': {
    meaning: '[functions of your own](tables.md#functions-of-your-own) that the SELECT calls',
  },
  'transform.lambda': { meaning: '[your own function](tables.md#your-own-function)' },
  'transform.schema': {
    meaning: 'the columns that your function gives back',
    allowed: 'as `schema`',
    usual: 'those that it is given',
  },
  'transform.rows': {
    meaning: 'whether your function gives back as many rows, or may leave some out',
    usual: '`same`',
  },
  onBadRow: {
    meaning:
      '`reject`: rows with a value that does not fit are left out, and lie in `_manifest/rejects/` with object, byte, column and text',
    usual: '`fail`',
  },
  'expect.rows': {
    meaning: 'rows of the source, or those that come out of a transform',
  },
  'expect.columns': { meaning: 'columns of the output' },
  'output.mode': {
    meaning:
      '`create`, `append`, `overwrite` as of matrices; `overwrite-partitions` replaces [those that the new rows have](tables.md#partitions)',
    usual: '`create`',
  },
  'output.targetFileBytes': { meaning: 'bytes of a file as it is stored', usual: '512 MiB' },
  'output.files': { meaning: 'how many files there are, in place of `targetFileBytes`' },
  'output.partitionBy': {
    meaning: 'columns whose values become [folders](tables.md#partitions)',
    usual: NONE,
  },
  'output.format': { meaning: 'the format of the files', usual: '`parquet`' },
  'output.compression': {
    meaning: 'of each file',
    usual: '`zstd` of Parquet; `none` of texts',
  },
  'output.parquet.rowGroupBytes': { meaning: 'bytes of values in a row group', usual: '128 MiB' },
  'output.single': { meaning: 'all files as [one object](one-object.md#tables)', usual: '`false`' },
  'output.csv': { meaning: 'of CSV that is written' },
  'output.csv.header': { meaning: 'whether each file begins with the names', usual: '`true`' },
  'output.csv.delimiter': { meaning: 'the character between fields', usual: '`,`' },
  'output.postgres': {
    meaning: '[rows of a database](tables.md#postgresql) in place of files',
    usual: 'required',
  },
  'output.postgres.connection': {
    meaning: 'which database, by the name that the deployment gives its connection',
    allowed: 'a name; a host, user, secret or ARN is refused',
    usual: 'required',
  },
  'output.postgres.schema': { meaning: 'of the table' },
  'output.postgres.table': { meaning: 'the table that is loaded', usual: 'required' },
  'output.postgres.append': { meaning: 'when other sessions see appended rows', usual: '`direct`' },
  'chunking.rows': { meaning: 'exactly so many rows of the source in each file but the last' },
  'chunking.keysWhole': {
    meaning: 'columns: all rows of equal values are in [one file](tables.md#whole-keys)',
    usual: NONE,
  },
};
