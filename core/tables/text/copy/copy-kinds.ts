import { COPY_KINDS, type CopyKind } from './copy-kernel.ts';

/** As `format_type` writes them, without what stands in parentheses. */
const KINDS: Readonly<Record<string, CopyKind>> = {
  boolean: COPY_KINDS.boolean,
  smallint: COPY_KINDS.smallint,
  integer: COPY_KINDS.integer,
  bigint: COPY_KINDS.bigint,
  numeric: COPY_KINDS.numeric,
  real: COPY_KINDS.real,
  'double precision': COPY_KINDS.doublePrecision,
  text: COPY_KINDS.text,
  'character varying': COPY_KINDS.text,
  bytea: COPY_KINDS.bytea,
  date: COPY_KINDS.date,
  'time without time zone': COPY_KINDS.time,
  'timestamp without time zone': COPY_KINDS.timestamp,
  'timestamp with time zone': COPY_KINDS.timestamptz,
  uuid: COPY_KINDS.uuid,
};

/**
 * How the columns of a table are sent in the binary format of `COPY`; undefined where one has a
 * type that is sent as text alone.
 *
 * @param types as `format_type` writes them: at most the 1,600 of a table.
 */
export function copyKinds(types: readonly string[]): readonly CopyKind[] | undefined {
  const kinds = types.map((type) => KINDS[type.replace(/\([\d,]+\)/, '')]);
  return kinds.some((kind) => kind === undefined) ? undefined : (kinds as CopyKind[]);
}
