/**
 * What a room may import besides its own files. A room is a folder with all below it that has no
 * row of its own, or one file. The row `core/outputs/*` is of every folder in `core/outputs` that
 * has none of its own: each of them is a room. A row names
 *
 * - `#core/bytes`: a folder of ours with all below it, or a file; `#core/sparse/*`: only the files
 *   that lie in this folder itself;
 * - `zod/mini`, `aws-cdk-lib`: a package, or what lies at that path in it, with all below it;
 *   `@aws-sdk/*`, `node:*`: all packages of a scope, all modules of Node;
 * - `COMPUTED`: a dynamic import whose module is known only when it runs.
 */
export type ImportRules = Readonly<Record<string, readonly string[]>>;

/** Contract and errors: below everything else. */
const GROUND = ['#core/contract.ts', '#core/errors.ts'];

/** The matrix wing below its formats: slices, where arrays lie, and the conversion to rows. */
const MATRIX = [
  '#core/sparse/*',
  '#core/sparse/layout',
  '#core/sparse/names',
  '#core/sparse/stage',
];

const FORMAT = [
  ...[...GROUND, '#core/bytes', '#core/elements', '#core/schemas', '#core/objects', ...MATRIX],
  ...['#core/sparse/formats/matrix-format.ts', '#core/sparse/formats/convert-entries.ts'],
  ...['#core/sparse/formats/format-names.ts', '#core/sparse/formats/source-options.ts'],
];

/** The rooms of `core`, lowest first: a row names only rooms above it in this list. */
export const CORE: ImportRules = {
  core: [],
  'core/bytes': ['#core/errors.ts', 'node:zlib'],
  'core/checksum': [],
  'core/elements': [],
  'core/schemas': ['#core/errors.ts', 'zod/mini'],
  'core/objects': ['#core/errors.ts', '#core/bytes', '#core/schemas', 'zod/mini'],
  'core/containers/deflate': ['#core/errors.ts', '#core/bytes', 'node:zlib'],
  'core/stage': ['#core/errors.ts', '#core/bytes', '#core/objects', '#core/containers/deflate'],
  'core/tables/pack': ['#core/errors.ts', '#core/bytes'],
  'core/tables/schema': [...GROUND, '#core/shown-name.ts', 'zod/mini'],
  'core/iceberg/avro': ['#core/errors.ts'],
  'core/iceberg': [
    ...['#core/errors.ts', '#core/shown-name.ts', '#core/tables/schema', '#core/iceberg/avro'],
    'zod/mini',
  ],
  'core/tables/companions': ['#core/errors.ts', '#core/shown-name.ts', '#core/iceberg'],
  'core/tables/order': ['#core/errors.ts', '#core/objects'],
  'core/tables/inbox': ['#core/errors.ts', '#core/objects'],
  'core/text': ['#core/errors.ts', '#core/bytes', '#core/containers/deflate', 'node:zlib'],
  'core/tables/text': [
    ...['#core/errors.ts', '#core/bytes', '#core/containers/deflate', '#core/text'],
    ...['#core/tables/text', '#core/shown-name.ts', 'zod/mini', 'node:buffer', 'node:zlib'],
  ],
  'core/containers/hdf5': ['#core/errors.ts', '#core/bytes', '#core/elements', 'node:zlib'],
  'core/containers/parquet': [
    ...['#core/errors.ts', '#core/bytes', '#core/shown-name.ts', 'node:zlib'],
  ],
  'core/containers/npy': ['#core/errors.ts', '#core/bytes', '#core/elements'],
  'core/containers/zip': ['#core/errors.ts', '#core/bytes', 'node:zlib'],
  'core/sparse/formats/format-names.ts': [],
  'core/sparse/formats/source-options.ts': [
    ...['#core/schemas', '#core/sparse/formats/format-names.ts', 'zod/mini'],
  ],
  'core/sparse': [
    ...[...GROUND, '#core/bytes', '#core/elements', '#core/schemas', 'zod/mini'],
    ...['#core/objects/source-pin.ts', '#core/sparse/formats/format-names.ts'],
  ],
  'core/sparse/layout': [
    ...['#core/errors.ts', '#core/bytes', '#core/elements', '#core/schemas', '#core/objects'],
    ...['#core/containers', '#core/sparse/*', '#core/sparse/formats/format-names.ts', 'zod/mini'],
  ],
  'core/sparse/names': [
    ...['#core/errors.ts', '#core/bytes', '#core/checksum', '#core/objects', '#core/sparse/*'],
    ...['#core/text', 'node:zlib'],
  ],
  'core/sparse/stage': [
    ...[...GROUND, '#core/bytes', '#core/elements', '#core/objects', '#core/containers/npy'],
    ...['#core/sparse/*', '#core/sparse/layout'],
  ],
  'core/sparse/formats/matrix-format.ts': [
    ...['#core/bytes', '#core/elements', '#core/objects', '#core/sparse/*', '#core/sparse/layout'],
    ...['#core/sparse/formats/format-names.ts', '#core/sparse/formats/source-options.ts'],
  ],
  'core/sparse/formats/convert-entries.ts': [
    ...['#core/objects', '#core/sparse/layout', '#core/sparse/stage'],
    ...['#core/sparse/formats/matrix-format.ts', '#core/sparse/formats/format-names.ts'],
  ],
  'core/sparse/formats/entries': [
    ...['#core/errors.ts', '#core/bytes', '#core/elements'],
    ...MATRIX,
  ],
  'core/sparse/formats/arrays': [
    ...FORMAT,
    ...['#core/containers/npy', '#core/sparse/formats/entries'],
  ],
  'core/sparse/formats/bundle': [
    ...FORMAT,
    ...['#core/checksum', '#core/containers/npy', '#core/sparse/formats/arrays'],
    ...['zod/mini', 'node:zlib'],
  ],
  'core/sparse/formats/h5ad': [
    ...FORMAT,
    ...['#core/containers/hdf5', '#core/sparse/formats/entries'],
  ],
  'core/sparse/formats/npy-folder': [
    ...[...FORMAT, '#core/containers/npy', '#core/sparse/formats/entries'],
    '#core/sparse/formats/arrays',
  ],
  'core/sparse/formats/npz': [
    ...FORMAT,
    ...['#core/containers/deflate', '#core/containers/npy', '#core/containers/zip'],
    ...['#core/containers/parquet', '#core/schemas'],
    ...['#core/stage', '#core/sparse/formats/arrays', 'node:zlib'],
  ],
  'core/sparse/formats/texts': [...FORMAT, '#core/stage', '#core/text'],
  'core/sparse/formats/*': [
    ...[...FORMAT, '#core/stage', '#core/text', '#core/sparse/formats/texts', 'zod/mini'],
  ],
  'core/sparse/formats/mtx': [...FORMAT, '#core/stage', '#core/text', '#core/sparse/formats/texts'],
  'core/sparse/formats/10x-mtx': [...FORMAT, '#core/text', '#core/sparse/formats/mtx'],
  'core/sparse/formats': [...FORMAT, '#core/sparse/formats', '#core/text', 'node:zlib'],
  'core/tables/partition': [
    ...[...GROUND, '#core/shown-name.ts', '#core/tables/order', '#core/tables/schema'],
  ],
  'core/tables/postgres': [
    ...[...GROUND, '#core/shown-name.ts', '#core/schemas', '#core/tables/schema', 'zod/mini'],
    '#core/tables/pack',
  ],
  'core/tables/infer': [
    ...['#core/errors.ts', '#core/bytes', '#core/objects', '#core/containers/parquet'],
    ...['#core/tables/order', '#core/tables/pack', '#core/tables/text', '#core/tables/schema'],
  ],
  'core/tables/run': [
    ...[...GROUND, '#core/bytes', '#core/objects', '#core/schemas', '#core/tables/order'],
    ...['#core/stage', '#core/tables/inbox', '#core/tables/pack', '#core/tables/postgres'],
    ...['#core/tables/schema', '#core/tables/text', 'zod/mini'],
  ],
  'core/tables/shuffle': [
    ...['#core/errors.ts', '#core/schemas', '#core/tables/partition', '#core/tables/run'],
    ...['#core/tables/schema', 'zod/mini'],
  ],
  'core/tables/keys': [
    ...['#core/errors.ts', '#core/shown-name.ts', '#core/tables/pack', '#core/tables/postgres'],
    ...['#core/tables/run', '#core/tables/schema', '#core/tables/shuffle'],
  ],
  'core/sources': [
    ...['#core/errors.ts', '#core/contract.ts', '#core/bytes', '#core/objects', '#core/schemas'],
    ...['#core/sparse/*', '#core/sparse/layout', '#core/sparse/names', '#core/sparse/formats'],
    ...['#core/tables/run', '#core/text', 'zod/mini'],
  ],
  'core/outputs/csv/wasm/kernel-bytes.ts': [],
  'core/outputs/csv/wasm/powers-of-ten.ts': [],
  'core/outputs/csv/wasm/kernel.ts': [
    ...['#core/outputs/csv/wasm/kernel-bytes.ts', '#core/outputs/csv/wasm/powers-of-ten.ts'],
  ],
  'core/outputs': [
    ...[...GROUND, '#core/bytes', '#core/checksum', '#core/objects', '#core/sparse/*'],
    ...['#core/outputs/csv/wasm/kernel.ts', 'zod/mini', 'node:zlib'],
  ],
  'core/outputs/gzip': [
    ...['#core/checksum', '#core/outputs/chunk-encoder.ts', '#core/outputs/part-writer.ts'],
    ...['#core/outputs/compression.ts', '#core/outputs/output.ts'],
    ...['#core/outputs/single-object.ts', '#core/sparse/*', 'node:zlib'],
  ],
  'core/outputs/*': [
    ...['#core/errors.ts', '#core/checksum', '#core/elements', '#core/sparse/*'],
    ...['#core/outputs/chunk-encoder.ts', '#core/outputs/compression.ts'],
    ...['#core/outputs/encoder-room.ts', '#core/outputs/check-lines.ts'],
    ...['#core/outputs/zeros-problem.ts', '#core/outputs/held-slices.ts'],
    ...['#core/outputs/label-section.ts', '#core/outputs/matrix-companions.ts'],
    ...['#core/outputs/check-bytes.ts', '#core/containers/npy', '#core/containers/zip'],
    ...['#core/containers/parquet', '#core/schemas'],
    '#core/outputs/single-object.ts',
    ...['#core/outputs/output.ts', '#core/outputs/output-place.ts', '#core/outputs/part-writer.ts'],
    ...['#core/outputs/csv/wasm/kernel.ts', '#core/outputs/csv/wasm/powers-of-ten.ts'],
    ...['#core/outputs/gzip', 'zod/mini', 'node:zlib'],
  ],
  'core/outputs/table': [
    ...[
      '#core/errors.ts',
      '#core/outputs/single-object.ts',
      '#core/outputs/output.ts',
      '#core/outputs/check-bytes.ts',
    ],
    ...['#core/schemas', '#core/tables/companions'],
    ...['#core/tables/postgres', 'zod/mini', 'node:zlib'],
  ],
  'core/outputs/output-kinds.ts': ['#core/outputs', 'zod/mini'],
  'core/cost': [...GROUND, 'zod/mini'],
  'core/request': [
    ...[...GROUND, '#core/objects', '#core/schemas', '#core/sparse/*', '#core/sources'],
    ...['#core/sparse/formats/format-names.ts', '#core/sparse/formats/source-options.ts'],
    ...['#core/outputs', '#core/tables/order', '#core/tables/run', '#core/tables/schema'],
    ...['#core/tables/text', '#core/tables/companions', '#core/tables/inbox'],
    ...['#core/tables/postgres', 'zod/mini'],
  ],
  'core/run': [
    ...[...GROUND, '#core/objects', '#core/schemas', '#core/sources', '#core/outputs'],
    ...['#core/sparse/names.ts', '#core/sparse/matrix-facts.ts', '#core/request', 'zod/mini'],
    ...['#core/tables/run', '#core/tables/schema', '#core/tables/partition', '#core/cost'],
    '#core/tables/postgres',
  ],
  'core/manifest': [
    ...[...GROUND, '#core/checksum', '#core/objects', '#core/schemas', '#core/sources'],
    ...[
      '#core/sparse/matrix-facts.ts',
      '#core/outputs',
      '#core/run',
      '#core/tables/run',
      '#core/tables/companions',
    ],
    '#core/tables/partition',
    ...['#core/iceberg', 'zod/mini', 'node:zlib'],
  ],
  'core/chunks': [
    ...[
      ...GROUND,
      '#core/checksum',
      '#core/cost',
      '#core/objects',
      '#core/elements',
      '#core/sparse/*',
      '#core/sources',
    ],
    ...['#core/outputs', '#core/request', '#core/run'],
  ],
  'core/failure': [...GROUND, '#core/bytes', '#core/sources', '#core/run', 'zod/mini'],
};
