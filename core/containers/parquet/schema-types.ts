/** Physical types, by their number in the file. */
export const PHYSICAL_TYPES = [
  ...(['BOOLEAN', 'INT32', 'INT64', 'INT96', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY'] as const),
  'FIXED_LEN_BYTE_ARRAY',
] as const;

export type PhysicalType = (typeof PHYSICAL_TYPES)[number];

/** Digits of a second: milli, micro or nano. */
export type SecondDigits = 3 | 6 | 9;

/** What the values of a column mean. */
export type LogicalType =
  | { readonly kind: PlainKind }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'time' | 'timestamp'; readonly isUtc: boolean; readonly digits: SecondDigits }
  | { readonly kind: 'integer'; readonly bits: number; readonly isSigned: boolean };

/** Meanings without parameters. */
export type PlainKind =
  | ('string' | 'json' | 'enum' | 'map' | 'list' | 'date' | 'uuid' | 'interval')
  | ('float16' | 'bson' | 'null' | 'other');

export const REPETITIONS = ['required', 'optional', 'repeated'] as const;

/** A column, or a field of a nested one. */
export interface SchemaNode {
  readonly name: string;
  readonly repetition: (typeof REPETITIONS)[number];
  /** Absent in a group. */
  readonly physical?: PhysicalType | undefined;
  /** Bytes of a value of FIXED_LEN_BYTE_ARRAY, else 0. */
  readonly width: number;
  readonly logical?: LogicalType | undefined;
  /** Empty in a leaf. */
  readonly children: readonly SchemaNode[];
}

/** A column of values as it lies in the file. */
export interface SchemaLeaf extends SchemaNode {
  readonly physical: PhysicalType;
  /** Names from the column of the table downwards. */
  readonly path: readonly string[];
  /** Whether each row has exactly one value or null of it, because no list lies above. */
  readonly isFlat: boolean;
}
