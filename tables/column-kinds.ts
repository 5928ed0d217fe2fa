import { PHYSICAL, type WrittenElement } from '#core/containers/parquet/write-file.ts';
import type { ColumnType } from '#core/tables/schema/column-type.ts';
import { TEXT } from '#core/tables/schema/text-form.ts';
import {
  MAX_COLUMNS,
  type RecordShape,
  type ValueKind,
} from '#core/tables/text/columns/columns-kernel.ts';
import { fieldTypes } from './plain-forms.ts';
import { recordForm } from './record-form.ts';
import type { TextTable } from './table-slice.ts';

/** How the values of a column are read and stored. */
export interface ColumnKind extends ValueKind {
  readonly element: Pick<WrittenElement, 'convertedType' | 'decimal'> & { readonly type: number };
}

/** Records that become columns. */
export interface ColumnShape extends RecordShape {
  readonly kinds: readonly ColumnKind[];
}

/** Of what stays the text that it is. */
export const TEXT_KIND: ColumnKind = {
  number: 0,
  element: { type: PHYSICAL.bytes, convertedType: 0 },
};

/** Digits of a decimal of 64 bits. */
const DIGITS = 18;

function whole(bits: 8 | 16 | 32 | 64, isSigned: boolean): ColumnKind {
  const isWide = bits === 64;
  const least = isSigned ? 1n << BigInt(bits - 1) : 0n;
  const most = isSigned ? least - 1n : (1n << BigInt(bits)) - 1n;
  // From UINT_8 and from INT_8 on.
  const convertedType = (isSigned ? 15 : 11) + Math.log2(bits / 8);
  const type = isWide ? PHYSICAL.int64 : PHYSICAL.int32;
  return { number: isWide ? 2 : 1, least, most, element: { type, convertedType } };
}

const KINDS: Readonly<Record<string, ColumnKind>> = {
  TINYINT: whole(8, true),
  SMALLINT: whole(16, true),
  INTEGER: whole(32, true),
  BIGINT: whole(64, true),
  UTINYINT: whole(8, false),
  USMALLINT: whole(16, false),
  UINTEGER: whole(32, false),
  UBIGINT: whole(64, false),
  FLOAT: { number: 4, element: { type: PHYSICAL.float } },
  DOUBLE: { number: 5, element: { type: PHYSICAL.double } },
  DATE: { number: 6, element: { type: PHYSICAL.int32, convertedType: 6 } },
  TIMESTAMP: { number: 7, element: { type: PHYSICAL.int64, convertedType: 10 } },
  BOOLEAN: { number: 8, element: { type: PHYSICAL.boolean } },
};

/** The kind of a column of a type; of text where its values are left to the engine. */
export function columnKind(type: ColumnType): ColumnKind {
  if (type.kind === 'scalar') return KINDS[type.name] ?? TEXT_KIND;
  if (type.kind !== 'decimal' || type.scale > DIGITS) return TEXT_KIND;
  const precision = Math.min(type.precision, DIGITS);
  const decimal = { precision, scale: type.scale };
  const element = { type: PHYSICAL.int64, convertedType: 5, decimal };
  return { number: 3, least: BigInt(type.scale), most: 10n ** BigInt(precision), element };
}

/**
 * What the columns are that the records of a slice become; undefined where they stay a text: there
 * are too many, or another text than nothing is NULL.
 */
export function columnKinds(slice: TextTable): ColumnShape | undefined {
  const form = recordForm(slice);
  if (form === undefined || form.fields > MAX_COLUMNS) return undefined;
  const { fields, delimiter, quote, nullText } = form;
  if (nullText.length !== 1 || nullText[0] !== '') return undefined;
  const kinds = fieldTypes(slice, fields).map((type) => columnKind(type ?? TEXT));
  return { delimiter, quote, kinds };
}
