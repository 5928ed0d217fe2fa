import { checkBytes } from '#core/outputs/check-bytes.ts';
import { inflated, storedAs } from '#core/outputs/compression.ts';
import { createGzipOfText } from '#core/outputs/gzip/gzip-of-text.ts';
import { textPart } from '#core/outputs/gzip/text-part.ts';
import { askedLabels, describeLabel } from '#core/outputs/label-section.ts';
import { companionProblem, notOfHive } from '#core/outputs/matrix-companions.ts';
import type { ContentBounds, MatrixOutput } from '#core/outputs/output.ts';
import { zerosProblem } from '#core/outputs/zeros-problem.ts';
import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';
import { framedBytes, recordLengths, varintBytes } from './record-layout.ts';
import { createRecordioEncoder, type LabelKind } from './recordio-encoder.ts';
import type { RecordioSpec, Tensor } from './recordio-spec.ts';
import { VALUE_BYTES } from './tensor-values.ts';

const STORED_AS = storedAs({ ending: '.pbr', contentType: 'application/x-recordio-protobuf' });

/** Sent in 7 s, and compressed by zlib in four minutes of the smallest writer. */
const TARGET = { bytes: 512 * 1024 ** 2 };

/** Lengths around the entries take at most five bytes each where they took one: six of them. */
const LONGER_LENGTHS = 24;

/** Fields around the values and keys, and up to three zeros. */
const ENTRY_FIELDS = 4 + 3;

function labelKind({ labelColumn, labels }: MatrixInfo): LabelKind {
  if (labels !== undefined) return 'text';
  return labelColumn === undefined ? 'none' : 'column';
}

/** @param fewest entries: duplicates share a cell, so one may be all that is written. */
function recordBounds(
  tensor: Tensor,
  { shape: [rows, columns], nnz, labelColumn, labels }: MatrixInfo,
  fewest: number,
): ContentBounds {
  const value = VALUE_BYTES[tensor];
  const inColumn = labelColumn === undefined ? 0 : 1;
  const label = inColumn === 0 && labels === undefined ? 0 : value;
  const lengths = recordLengths({ values: 0, keys: 0, columns: columns - inColumn, label });
  const empty = framedBytes(lengths);
  return {
    min: rows * empty + Math.max(0, fewest - inColumn * rows) * (value + 1),
    max: rows * (empty + LONGER_LENGTHS + ENTRY_FIELDS) + nnz * (value + varintBytes(columns)),
  };
}

/** Records of SageMaker in RecordIO, plain or as one gzip member per chunk. */
export function recordioOutput({
  tensor,
  compression,
  label,
  single,
  companions,
}: RecordioSpec): MatrixOutput {
  const content: MatrixOutput['content'] = (stored, uri) => inflated(stored, compression, uri);
  return {
    ...STORED_AS[compression],
    isCompressed: compression !== 'none',
    content,
    beginsWithNames: () => false,
    printsRowNames: false,
    label: label?.column,
    labels: askedLabels(label, { areNumbers: true }),
    describe: () => ({
      'output.format': 'recordio-protobuf',
      'output.tensor': tensor,
      'output.compression': compression,
      'output.label': describeLabel(label),
      'output.single': single === true,
    }),
    problem: (matrix) =>
      zerosProblem('recordio-protobuf', matrix) ??
      companionProblem(
        { companions, single },
        {
          hive: () => notOfHive('recordio-protobuf'),
          sagemaker: () => undefined,
        },
      ),
    recordCount: ({ rowStart, rowEnd }) => rowEnd - rowStart,
    isSingle: single === true,
    part: single && textPart(compression, (facts) => recordBounds(tensor, facts, facts.nnz)),
    bounds: (facts) => recordBounds(tensor, facts, Math.min(facts.nnz, 1)),
    automaticTarget: () => TARGET,
    createEncoder(matrix, _room, buffer) {
      const rows = { columns: matrix.shape[1], tensor, label: labelKind(matrix) };
      const create = (records: Uint8Array) => createRecordioEncoder({ ...rows, buffer: records });
      return compression === 'gzip' ? createGzipOfText(create, buffer) : create(buffer);
    },
    check: (stored, uri) => checkBytes(content(stored, uri)),
  };
}
