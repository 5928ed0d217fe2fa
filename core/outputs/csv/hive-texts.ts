import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';
import type { CsvSpec } from './csv-spec.ts';

/** Types of Hive in which numbers are read from text. */
const TEXT_TYPES: Readonly<Record<MatrixInfo['dtype'], string>> = {
  ...{ bool: 'boolean', int8: 'tinyint', int16: 'smallint', int32: 'int', int64: 'bigint' },
  ...{ uint8: 'smallint', uint16: 'int', uint32: 'bigint', uint64: 'decimal(20,0)' },
  ...{ float16: 'double', float32: 'double', float64: 'double' },
};

/** How Hive reads the chunks of an output. */
export function hiveTexts({ dialect }: Pick<CsvSpec, 'dialect'>, { dtype, shape }: MatrixInfo) {
  const { delimiter, naRep: nullText } = dialect;
  return { delimiter, nullText, type: TEXT_TYPES[dtype], columns: shape[1] };
}
