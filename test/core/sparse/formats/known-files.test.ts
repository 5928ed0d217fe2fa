import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { describeKnownFile } from '#core/sparse/formats/known-files.ts';

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** A tar archive: the name of its first member, and its magic number at byte 257. */
const TAR = `matrix.mtx${'\0'.repeat(247)}ustar\0${'00'.repeat(20)}`;
const PICKLE = '\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x05scipy';

const KNOWN: readonly (readonly [what: string, start: string, fix: string])[] = [
  ['compressed with bzip2', 'BZh91AY&SY', 'bunzip2'],
  ['compressed with xz', '\xfd7zXZ\0\0\x04', 'unxz'],
  ['compressed with zstd', '\x28\xb5\x2f\xfd\x04', 'unzstd'],
  ['compressed with lz4', '\x04\x22\x4d\x18', 'unlz4'],
  ['compressed with compress', '\x1f\x9d\x90', 'uncompress'],
  ['compressed with 7z', '7z\xbc\xaf\x27\x1c\0\x04', '7z x'],
  ['compressed with rar', 'Rar!\x1a\x07\x01', 'unrar'],
  ['a tar archive', TAR, 'tar -xf'],
  ['an HTML page', '\n<!DOCTYPE html>\n<html>', 'download the matrix again'],
  ['an HTML page', '<HTML><body>', 'download the matrix again'],
  ['an XML document', '<?xml version="1.0"?>\n<Error><Code>', 'download the matrix again'],
  ['an XML document', '<Error><Code>AccessDenied', 'download the matrix again'],
  ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid', 'git lfs pull'],
  ['a pickle', PICKLE, 'save_npz'],
  ['a pickle', 'cscipy.sparse._csr\ncsr_matrix\np0\n', 'save_npz'],
  ['a pickle', '(dp0\n', 'save_npz'],
  ['a Parquet file', 'PAR1\x15\x04', 'save_npz'],
  ['an Arrow or Feather file', 'ARROW1\0\0', 'save_npz'],
  ['an Arrow or Feather file', 'FEA1', 'save_npz'],
  ['an ORC file', 'ORC\x0a', 'save_npz'],
  ['an Avro file', 'Obj\x01', 'save_npz'],
  ['a file of R', 'X\n\0\0\0\x03', 'Matrix::writeMM'],
  ['a file of MATLAB', 'MATLAB 5.0 MAT-file, Platform', 'scipy.io.loadmat(path)'],
  ['one array of NumPy', "\x93NUMPY\x01\0v\0{'descr'", 'indptr.npy'],
  ['a database of SQLite', 'SQLite format 3\0', 'save_npz'],
  ['an old document of Microsoft Office', '\xd0\xcf\x11\xe0\xa1', 'save_npz'],
  ['an HDF4 file', '\x0e\x03\x13\x01', 'h4toh5'],
  ['a NetCDF 3 file', 'CDF\x02', 'save_npz'],
  ['a PDF document', '%PDF-1.7', 'the matrix itself'],
  ['an image', '\x89PNG\r\n', 'the matrix itself'],
  ['byte order mark (BOM)', '\xef\xbb\xbf1 1:2\n', 'remove the mark'],
  ['a text in UTF-16', '\xff\xfe1\0', 'iconv'],
  ['JSON', '{"shape": [1, 2]}', 'save_npz'],
  ['JSON', ' [\n [1, 2], [3, 4]]', 'save_npz'],
];

describe('a file that is no matrix', () => {
  it.each(KNOWN)('is named: %s', (what, start, fix) => {
    const described = describeKnownFile(bytesOf(start));
    expect(described).toMatch(/^is /);
    expect(described).toContain(what);
    expect(described).toContain(fix);
    expect(described).not.toContain('inside gzip');
  });

  it.each([
    ['a tar archive', TAR],
    ['a pickle', PICKLE],
    ['a file of R', 'X\n\0\0\0\x03'],
    ['an HTML page', '<html>'],
  ])('is named inside gzip: %s', (what, start) => {
    const described = describeKnownFile(gzipSync(bytesOf(start)));
    expect(described).toContain(what);
    expect(described).toContain('(inside gzip)');
  });

  it('is named where joblib compressed it', () => {
    const packed = deflateSync(bytesOf(PICKLE));
    expect(describeKnownFile(packed)).toContain('joblib.load');
    expect(describeKnownFile(deflateSync(bytesOf('other')))).toBeUndefined();
    expect(describeKnownFile(packed.subarray(0, 2))).toBeUndefined();
    expect(describeKnownFile(bytesOf('x\x9c\xff\xff\xff'))).toBeUndefined();
  });

  it.each(['', '1 1:2\n', 'name,value\n', '\0\x01\xfe'])('is not named: %j', (start) => {
    expect(describeKnownFile(bytesOf(start))).toBeUndefined();
  });
});
