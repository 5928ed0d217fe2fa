import * as z from 'zod/mini';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { count } from '#core/schemas/count.ts';
import { ARRAY_FILES, COLUMNS_FILE } from './file-names.ts';

const FORMAT = 'sparse-csr-bundle';

/**
 * Most bytes of `meta.json`. Early bundles have the column names in it; those of ten million
 * columns are refused.
 */
const MAX_META_BYTES = 16 * 1024 * 1024;

/** A group is one byte per column. */
const MAX_GROUPS = 255;

const crc32 = z.string().check(z.regex(/^[0-9a-f]{8}$/, 'eight hexadecimal digits in lower case'));

const fillValue = z.union([z.literal(0), z.literal(false), z.literal('NaN')], {
  error: '0, false or "NaN"',
});

const file = z.object({
  file: z.string().check(z.regex(/^[^/]+$/, 'the name of a file in this folder')),
  bytes: count,
  crc32,
});

const names = z.extend(file, { count, title: z.optional(z.string()) });

const matrix = { shape: z.readonly(z.tuple([count, count])), nnz: count, dtype: z.string() };

/** Arrays with fixed names. An upload that is repeated puts others in their place. */
const version1 = z.object({
  ...matrix,
  fillValue,
  files: z.record(z.string(), z.object({ bytes: count, crc32: z.optional(crc32) })),
});

/** Files named by their content, so that those of two versions lie beside each other. */
const version2 = z
  .object({
    ...matrix,
    fillValue: z.nullable(fillValue),
    arrays: z.object({ indptr: file, indices: file, data: file }),
    columnNames: z.nullish(names),
    rowNames: z.nullish(names),
    groups: z.nullish(
      z
        .array(z.object({ dtype: z.string(), fillValue }))
        .check(z.minLength(1), z.maxLength(MAX_GROUPS)),
    ),
    columnGroups: z.nullish(file),
  })
  .check(
    z.refine(({ fillValue, groups }) => (fillValue === null) === (groups != null), {
      path: ['fillValue'],
      error: 'null with groups, else 0, false or "NaN"',
    }),
    z.refine(({ columnGroups, groups }) => (columnGroups == null) === (groups == null), {
      path: ['columnGroups'],
      error: 'a file with groups, else null',
    }),
    z.refine(({ columnNames, shape }) => columnNames == null || columnNames.count === shape[1], {
      path: ['columnNames', 'count'],
      error: 'as many as the matrix has columns',
    }),
    z.refine(({ rowNames, shape }) => rowNames == null || rowNames.count === shape[0], {
      path: ['rowNames', 'count'],
      error: 'as many as the matrix has rows',
    }),
  );

type FillValue = z.infer<typeof fillValue>;

/** A file of a bundle; undefined is what its `meta.json` does not say. */
export interface BundleFile {
  readonly file: string;
  readonly bytes: number | undefined;
  /** Of all its bytes: eight hexadecimal digits. */
  readonly crc32: string | undefined;
}

/** The file with the names of columns or of rows. */
export interface BundleNames extends BundleFile {
  readonly count: number | undefined;
  /** What stands above row names. */
  readonly title?: string | undefined;
}

/** Columns that have the same dtype and unstored value. */
interface ColumnGroup {
  readonly dtype: string;
  readonly fillValue: FillValue;
}

/** What a `meta.json` says, whatever its version. */
export interface BundleMeta {
  readonly shape: readonly [rows: number, columns: number];
  readonly nnz: number;
  readonly dtype: string;
  /** Of all columns; null if they are `mixed`. */
  readonly fillValue: FillValue | null;
  readonly indptr: BundleFile;
  readonly indices: BundleFile;
  readonly data: BundleFile;
  readonly columnNames: BundleNames | undefined;
  readonly rowNames: BundleNames | undefined;
  /** Groups of columns, and the array with the group of each column. */
  readonly mixed:
    | { readonly groups: readonly ColumnGroup[]; readonly columnGroups: BundleFile }
    | undefined;
}

function fromVersion1({ files, ...facts }: z.infer<typeof version1>): BundleMeta {
  const named = (name: string): BundleFile => ({
    file: name,
    bytes: files[name]?.bytes,
    crc32: files[name]?.crc32,
  });
  const [indptr, indices, data] = ARRAY_FILES;
  return {
    ...facts,
    indptr: named(indptr),
    indices: named(indices),
    data: named(data),
    columnNames: COLUMNS_FILE in files ? { ...named(COLUMNS_FILE), count: undefined } : undefined,
    rowNames: undefined,
    mixed: undefined,
  };
}

function fromVersion2(meta: z.infer<typeof version2>): BundleMeta {
  const { arrays, groups, columnGroups, columnNames, rowNames, ...facts } = meta;
  return {
    ...facts,
    ...arrays,
    columnNames: columnNames ?? undefined,
    rowNames: rowNames ?? undefined,
    mixed: groups && columnGroups ? { groups, columnGroups } : undefined,
  };
}

const VERSIONS = new Map<number, z.ZodMiniType<BundleMeta>>([
  [1, z.pipe(version1, z.transform(fromVersion1))],
  [2, z.pipe(version2, z.transform(fromVersion2))],
]);

function parseJson(text: string, uri: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CorruptSourceError(`${uri} is not JSON; write the bundle again`, { cause });
  }
}

/** The schema of the version that the value says it has. */
function schemaOf(value: unknown, uri: string): z.ZodMiniType<BundleMeta> {
  const known = z.object({ format: z.literal(FORMAT), version: z.number() }).safeParse(value);
  if (!known.success) {
    throw new UnsupportedSourceError(
      `${uri} does not say "format": "${FORMAT}"; write the bundle with python/sparse_to_s3.py`,
    );
  }
  const { version } = known.data;
  const schema = VERSIONS.get(version);
  if (schema !== undefined) return schema;
  const read = [...VERSIONS.keys()].join(' and ');
  throw new UnsupportedSourceError(
    `${uri} is of version ${version}, read are ${read}; use a newer sparse-fanout`,
  );
}

/**
 * Reads `meta.json`, which names the files of a bundle.
 *
 * @throws {UnsupportedSourceError} it has another format or version.
 * @throws {CorruptSourceError} it is not JSON, or a field is missing or wrong.
 * @throws {BoundExceededError} it is longer than 16 MiB.
 */
export async function readMeta(source: ByteSource): Promise<BundleMeta> {
  const { uri, size } = source;
  if (size > MAX_META_BYTES) {
    throw new BoundExceededError(`${uri} has ${size} bytes, allowed are ${MAX_META_BYTES}`);
  }
  const bytes = await source.read({ offset: 0, length: size });
  const value = parseJson(new TextDecoder().decode(bytes), uri);
  const parsed = schemaOf(value, uri).safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CorruptSourceError(
    `${uri} has a wrong ${issue?.path.join('.')}: ${issue?.message}; write the bundle again`,
  );
}
