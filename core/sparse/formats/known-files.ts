import { constants, inflateSync } from 'node:zlib';
import { isGzip, textHead } from '#core/text/gunzip.ts';

/** The first bytes of an object, as they lie and without their gzip. */
interface Head {
  /** As Latin-1, so that a character is a byte. */
  readonly stored: string;
  /** The same if the object is not gzip. */
  readonly inflated: string;
  readonly isGzip: boolean;
}

/** A kind of file that people give by mistake. */
interface KnownFile {
  readonly is: (head: Head) => boolean;
  /** What the file is, after "is". */
  readonly what: string;
  /** What gets the user on. */
  readonly fix: string;
}

const SAVE = 'scipy.sparse.save_npz(new_path, matrix.tocsr(), compressed=False)';

/** A file that a program must unpack first. */
function packed(magic: string, what: string, command: string): KnownFile {
  return {
    is: ({ stored }) => stored.startsWith(magic),
    what: `compressed with ${what}, which is not read`,
    fix: `unpack it first: ${command}`,
  };
}

/** A file whose first bytes say what it is. */
function named(magics: readonly string[], what: string, fix: string): KnownFile {
  return {
    is: ({ inflated }) => magics.some((magic) => inflated.startsWith(magic)),
    what,
    fix,
  };
}

function isTar({ inflated }: Head): boolean {
  return inflated.startsWith('ustar', 257);
}

/** How pickles of protocols 2 to 5 begin. */
const PICKLES = ['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'];

/** Pickles of protocols 0 and 1 begin with the opcode of a first object. */
const OLD_PICKLE = /^(?:c[a-z_][\w.]*\n\w+\n|\([dl]p?\d)/;

function isPickle(text: string): boolean {
  return PICKLES.some((start) => text.startsWith(start)) || OLD_PICKLE.test(text);
}

/** How zlib streams begin, by level. */
const ZLIB = ['x\x01', 'x\x5e', 'x\x9c', 'x\xda'];

/** True for what `joblib.dump(…, compress=True)` writes: zlib around a pickle. */
function isZlibPickle({ stored }: Head): boolean {
  if (!ZLIB.some((start) => stored.startsWith(start))) return false;
  try {
    const bytes = Buffer.from(stored, 'latin1');
    const inside = inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
    return isPickle(inside.toString('latin1'));
  } catch {
    return false;
  }
}

const TABLE = `save the columns of counts as a matrix: ${SAVE}`;

const KNOWN: readonly KnownFile[] = [
  packed('BZh', 'bzip2', 'bunzip2 <file>'),
  packed('\xfd7zXZ\0', 'xz', 'unxz <file>'),
  packed('\x28\xb5\x2f\xfd', 'zstd (Zstandard)', 'unzstd <file>'),
  packed('\x04\x22\x4d\x18', 'lz4', 'unlz4 <file>'),
  packed('\x1f\x9d', 'compress (.Z)', 'uncompress <file>'),
  packed('7z\xbc\xaf\x27\x1c', '7z (7-Zip)', '7z x <file>'),
  packed('Rar!\x1a\x07', 'rar', 'unrar x <file>'),
  {
    is: isTar,
    what: 'a tar archive',
    fix: 'unpack it with tar -xf <file>, and give the matrix in it',
  },
  {
    is: ({ inflated }) => /^\s*(?:<!doctype html|<html|<head|<body)/i.test(inflated),
    what: 'an HTML page, such as that of a failed download',
    fix: 'download the matrix again',
  },
  {
    is: ({ inflated }) => /^(?:\xef\xbb\xbf)?\s*(?:<\?xml|<Error>)/.test(inflated),
    what: 'an XML document, such as an error of S3 that was saved as the file',
    fix: 'download the matrix again',
  },
  named(
    ['version https://git-lfs.github.com/'],
    'a Git LFS pointer, not the file that it stands for',
    'run git lfs pull, and give the file that is there then',
  ),
  {
    is: ({ inflated }) => isPickle(inflated),
    what: 'a pickle of Python, as joblib.dump writes it too, which could run any code',
    fix: `load it where you trust it, and save the matrix with ${SAVE}`,
  },
  {
    is: isZlibPickle,
    what: 'a pickle of joblib, compressed with zlib',
    fix: `load it with joblib.load where you trust it, and save the matrix with ${SAVE}`,
  },
  named(['PAR1', 'PARE'], 'a Parquet file, which holds a table', TABLE),
  named(['ARROW1', 'FEA1'], 'an Arrow or Feather file, which holds a table', TABLE),
  named(['ORC'], 'an ORC file, which holds a table', TABLE),
  named(['Obj\x01'], 'an Avro file, which holds a table', TABLE),
  named(
    ['X\n\0\0', 'RDX2\n', 'RDX3\n', 'RDA3\n', 'A\n2\n', 'A\n3\n'],
    'a file of R (rds or RData)',
    'write the matrix from R with Matrix::writeMM(readRDS(path), "matrix.mtx")',
  ),
  named(
    ['MATLAB 5.0 MAT-file'],
    'a file of MATLAB (.mat)',
    `save the matrix with ${SAVE.replace('matrix', 'scipy.io.loadmat(path)["name"]')}`,
  ),
  named(
    ['\x93NUMPY'],
    'one array of NumPy (.npy), not a sparse matrix',
    `give the folder with indptr.npy, indices.npy and data.npy, or save a dense array with ${SAVE.replace('matrix', 'scipy.sparse.csr_matrix(numpy.load(path))')}`,
  ),
  named(['SQLite format 3\0'], 'a database of SQLite', TABLE),
  named(['\xd0\xcf\x11\xe0'], 'an old document of Microsoft Office', TABLE),
  named(['\x0e\x03\x13\x01'], 'an HDF4 file', 'convert it with h4toh5 <file>'),
  named(['CDF\x01', 'CDF\x02', 'CDF\x05'], 'a NetCDF 3 file', `save the matrix with ${SAVE}`),
  named(['%PDF-'], 'a PDF document', 'give the matrix itself'),
  named(['\x89PNG', '\xff\xd8\xff', 'GIF8'], 'an image', 'give the matrix itself'),
  named(
    ['\xef\xbb\xbf'],
    'a text behind a byte order mark (BOM) of UTF-8',
    "remove the mark, for example with sed -i '1s/^\\xEF\\xBB\\xBF//' <file>",
  ),
  named(
    ['\xff\xfe', '\xfe\xff'],
    'a text in UTF-16',
    'write it as UTF-8 with iconv -f UTF-16 -t UTF-8',
  ),
  {
    is: ({ inflated }) => /^\s*(?:\{\s*["}]|\[\s*[[{"\d\]-])/.test(inflated),
    what: 'JSON',
    fix: `read it, and save the matrix with ${SAVE}`,
  },
];

/**
 * Names a file that is no sparse matrix by its first bytes, such as a Parquet file or an HTML page.
 *
 * @returns a clause after the object's name that says what it is and what to do; undefined if it is
 * none of those that are known.
 */
export function describeKnownFile(head: Uint8Array): string | undefined {
  const stored = Buffer.from(head).toString('latin1');
  const inflated = Buffer.from(textHead(head)).toString('latin1');
  const seen = { stored, inflated, isGzip: isGzip(head) };
  const known = KNOWN.find(({ is }) => is(seen));
  if (known === undefined) return undefined;
  const inside = seen.isGzip ? ' (inside gzip)' : '';
  return `is ${known.what}${inside}; ${known.fix}`;
}
