/** Field of a record; Iceberg finds its columns by `field-id`. */
export interface AvroField {
  readonly name: string;
  readonly type: AvroSchema;
  readonly 'field-id'?: number;
}

export interface AvroRecord {
  readonly type: 'record';
  readonly name: string;
  readonly fields: readonly AvroField[];
}

interface AvroArray {
  readonly type: 'array';
  readonly items: AvroSchema;
  readonly 'element-id'?: number;
  readonly logicalType?: string;
}

interface AvroFixed {
  readonly type: 'fixed';
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly logicalType?: string;
  readonly precision?: number;
  readonly scale?: number;
}

export type AvroPrimitive = 'boolean' | 'int' | 'long' | 'bytes' | 'string';

/** A primitive type that stands for something else, such as days. */
interface AvroLogical {
  readonly type: AvroPrimitive;
  readonly logicalType: string;
}

/** The kinds of Avro schemas that Iceberg's manifests are made of. */
export type AvroSchema =
  | AvroPrimitive
  | AvroRecord
  | AvroArray
  | AvroFixed
  | AvroLogical
  | readonly ['null', AvroSchema];

/** A value of a schema. Whole numbers may be either; null is only of a union. */
export type AvroValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly AvroValue[]
  | { readonly [field: string]: AvroValue };

/** A schema whose values may be null, which is the default. */
export function optional(type: AvroSchema): AvroSchema {
  return ['null', type];
}
