import { parseDescr } from '#core/containers/npy/descr.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { FormatInput, MatrixFormat, Resolution } from '#core/sparse/formats/matrix-format.ts';
import { assembleCsr } from '#core/sparse/layout/assemble-csr.ts';
import type { MatrixLayout } from '#core/sparse/layout/matrix-layout.ts';
import { ARRAY_FILES, objectNamed, readFolderArrays } from './arrays.ts';
import { type BundleMeta, readMeta } from './meta.ts';

const META = 'meta.json';

function matchesFolder(names: ReadonlySet<string>): boolean {
  return names.has(META) && ARRAY_FILES.every((name) => names.has(name));
}

/**
 * Refuses arrays that do not fit `meta.json`: an upload that was interrupted and repeated may leave
 * arrays of two matrices.
 */
function checkAgainst(meta: BundleMeta, { unit }: FormatInput, layout: MatrixLayout): void {
  const { dtype } = parseDescr(meta.dtype, `${META} of ${unit.uri}`);
  const facts: (readonly [string, unknown, unknown])[] = [
    ['nnz', meta.nnz, layout.nnz],
    ['dtype', dtype, layout.dtype],
  ];
  for (const { uri, size } of unit.objects) {
    const name = uri.slice(unit.uri.length);
    const file = meta.files[name];
    if (file !== undefined) facts.push([`size of ${name}`, file.bytes, size]);
  }
  for (const [fact, expected, got] of facts) {
    if (expected === got) continue;
    throw new CorruptSourceError(
      `${unit.uri} has a ${fact} of ${got}, but its ${META} says ${expected}; write the bundle again`,
    );
  }
}

/**
 * Finds the arrays of a CSR bundle. Seven small reads.
 *
 * @throws {CorruptSourceError} an object is missing or damaged, or does not fit `meta.json`.
 * @throws {UnsupportedSourceError} another format or version, or elements of a type that is not
 * supported.
 */
async function resolve(input: FormatInput): Promise<Resolution> {
  const { unit, store } = input;
  const meta = await readMeta(store.open(unit.objects[objectNamed(input, META)]!));
  const { indptrSource, ...arrays } = await readFolderArrays(input);
  const { uri, objects } = unit;
  const fillValue = meta.fillValue === 'NaN' ? meta.fillValue : undefined;
  const found = {
    format: 'bundle',
    uri,
    objects,
    shape: meta.shape,
    fillValue,
    ...arrays,
  } as const;
  const layout = await assembleCsr(found, indptrSource);
  checkAgainst(meta, input, layout);
  return { layout };
}

/**
 * A folder that `python/sparse_to_s3.py` writes: `indptr.npy`, `indices.npy`, `data.npy` and, last,
 * `meta.json`.
 * @see docs/formats.md
 */
export const bundle: MatrixFormat = {
  name: 'bundle',
  matches: () => false,
  matchesFolder,
  resolve,
};
