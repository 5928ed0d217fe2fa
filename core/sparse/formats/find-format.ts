import type { ByteSource } from '#core/bytes/byte-source.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { isFolderUri } from '#core/objects/folder-uri.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import { tenxMtx } from './10x-mtx/10x-mtx.ts';
import { bundle } from './bundle/bundle.ts';
import type { SourceFormat } from './format-names.ts';
import { h5ad, tenx } from './h5ad/h5ad.ts';
import { describeKnownFile } from './known-files.ts';
import type { MatrixFormat } from './matrix-format.ts';
import { mtx } from './mtx/mtx.ts';
import { npyFolder } from './npy-folder/npy-folder.ts';
import { npz } from './npz/npz.ts';
import type { SourceOptions } from './source-options.ts';
import { describeDoubt } from './svmlight/matches.ts';
import { svmlight } from './svmlight/svmlight.ts';

/**
 * Every format by its name, in the order in which they are tried on an object. svmlight is last,
 * because only the grammar of its lines identifies it.
 */
const FORMATS: { readonly [Name in SourceFormat]: MatrixFormat } = {
  npz,
  bundle,
  npy: npyFolder,
  '10x-mtx': tenxMtx,
  h5ad,
  '10x': tenx,
  mtx,
  svmlight,
};

const IN_ORDER = Object.values(FORMATS);

/**
 * Bytes read at the start of an object. The first few identify the format; the others are headers
 * that are needed next.
 */
const HEAD_BYTES = 1024;

/**
 * Bytes read at the end of an object: the longest end record of a zip file, and room for the
 * directory before it.
 */
const TAIL_BYTES = 72 * 1024;

/** A unit, its format, and its first object. */
export interface FoundFormat {
  readonly format: MatrixFormat;
  readonly source: ByteSource;
}

/** Names of files that lie beside the parts of a matrix and are none. */
const BESIDE = [
  [/^(?:readme|license|changelog)\b|\.md$/i, 'prose'],
  [/^(?:barcodes|features|genes)\.tsv(?:\.gz)?$/i, 'names of Cell Ranger'],
] as const;

function describeName(uri: string): string | undefined {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  const beside = BESIDE.find(([pattern]) => pattern.test(name));
  if (beside === undefined) return undefined;
  return `(${name}) holds ${beside[1]}, no part of a matrix; move it out of the folder, or list the parts`;
}

function describeBytes(head: Uint8Array): string {
  const hex = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0'));
  return `begins with ${hex.join(' ')}, which no format that is read does; save the matrix with scipy.sparse.save_npz(path, matrix.tocsr(), compressed=False)`;
}

/** What an object is that no format reads, and what to do: a clause after its name. */
function describeUnknown(uri: string, head: Uint8Array): string {
  return describeKnownFile(head) ?? describeName(uri) ?? describeDoubt(head) ?? describeBytes(head);
}

/** The first format that reads an object: by its head, else by a second look. */
async function formatOf(head: Uint8Array, source: ByteSource): Promise<MatrixFormat | undefined> {
  const format = IN_ORDER.find((candidate) => candidate.matches(head));
  if (format !== undefined) return format;
  for (const candidate of IN_ORDER) {
    if ((await candidate.looksLike?.(source)) === true) return candidate;
  }
  return undefined;
}

/** The format of the objects of one folder, found by their names without the folder. */
export function folderFormat(names: ReadonlySet<string>): MatrixFormat | undefined {
  return IN_ORDER.find((format) => format.matchesFolder?.(names));
}

function formatOfFolder({ uri, objects }: SourceUnit): MatrixFormat {
  const format = folderFormat(new Set(objects.map((object) => object.uri.slice(uri.length))));
  if (format !== undefined) return format;
  throw new UnsupportedSourceError(
    `${uri} does not hold the objects of one matrix; write it with python/sparse_to_s3.py`,
  );
}

/**
 * Finds the format of a unit by its content, never by the ending of a name.
 *
 * Cost: one read for an object of up to about 140 KiB, otherwise reads of its first KiB and its
 * last 72 KiB. No read for a folder. Up to 1 MiB more of a text whose head does not decide.
 *
 * @throws {UnsupportedSourceError} the format is unknown; says what to do.
 * @throws {CorruptSourceError} the object is empty.
 */
export async function findFormat(
  unit: SourceUnit,
  options: SourceOptions,
  store: ObjectStore,
): Promise<FoundFormat> {
  const object = store.open(unit.objects[0]!);
  if (isFolderUri(unit.uri)) return { format: formatOfFolder(unit), source: object };
  if (object.size === 0) {
    throw new CorruptSourceError(`${object.uri} is empty (0 bytes), expected a sparse matrix`);
  }
  const source = await withPrefetched(object, [
    { offset: 0, length: HEAD_BYTES },
    { offset: object.size - TAIL_BYTES, length: TAIL_BYTES },
  ]);
  const head = await source.read({ offset: 0, length: Math.min(HEAD_BYTES, object.size) });
  const format = options.format ? FORMATS[options.format] : await formatOf(head, source);
  if (format !== undefined) return { format, source };
  throw new UnsupportedSourceError(`${object.uri} ${describeUnknown(object.uri, head)}`);
}
