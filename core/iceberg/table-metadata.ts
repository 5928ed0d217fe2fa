import * as z from 'zod/mini';
import { ManifestError } from '#core/errors.ts';
import { nameMapping } from './field-ids.ts';
import type { IcebergSchema } from './iceberg-schema.ts';
import { type KnownSpecs, NO_SPECS, type PartitionSpec, specOf } from './partition-spec.ts';

/** Snapshots and earlier metadata that a table names; older ones have metadata of their own. */
const KEPT = 100;

const whole = z.int().check(z.minimum(0));

const snapshotSchema = z.object({
  'snapshot-id': whole,
  'parent-snapshot-id': z.optional(whole),
  'sequence-number': whole,
  'timestamp-ms': whole,
  'manifest-list': z.string(),
  summary: z.record(z.string(), z.string()),
  'schema-id': whole,
});

const metadataSchema = z.object({
  'format-version': z.literal(2),
  'table-uuid': z.string(),
  location: z.string(),
  'last-sequence-number': whole,
  'last-updated-ms': whole,
  'last-column-id': whole,
  'current-schema-id': whole,
  schemas: z.array(z.looseObject({ fields: z.array(z.unknown()) })),
  'default-spec-id': whole,
  'partition-specs': z.array(
    z.object({
      'spec-id': whole,
      fields: z.array(
        z.object({
          'source-id': whole,
          'field-id': whole,
          name: z.string(),
          transform: z.string(),
        }),
      ),
    }),
  ),
  'last-partition-id': whole,
  'default-sort-order-id': whole,
  'sort-orders': z.array(z.unknown()),
  properties: z.record(z.string(), z.string()),
  'current-snapshot-id': whole,
  refs: z.unknown(),
  snapshots: z.array(snapshotSchema).check(z.minLength(1)),
  'snapshot-log': z.array(z.object({ 'timestamp-ms': whole, 'snapshot-id': whole })),
  'metadata-log': z.array(z.object({ 'timestamp-ms': whole, 'metadata-file': z.string() })),
});

/** @see https://iceberg.apache.org/spec/#table-metadata */
export type TableMetadata = Readonly<z.infer<typeof metadataSchema>>;

export type Snapshot = Readonly<z.infer<typeof snapshotSchema>>;

/** Metadata that was written, and where. */
export interface WrittenMetadata {
  readonly uri: string;
  readonly metadata: TableMetadata;
}

/** @throws {ManifestError} a text is not metadata as a generation writes it. */
export function parseMetadata(text: string, uri: string): TableMetadata {
  try {
    return metadataSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = 'is no metadata of a table of Iceberg as generations write it';
    throw new ManifestError(`${uri} ${why}; restore the object`, { cause });
  }
}

/** The snapshot that metadata was written for. */
export function currentSnapshot({ snapshots }: TableMetadata): Snapshot {
  return snapshots.at(-1)!;
}

/** A run id as a UUID of the kind whose bits may be any. */
function uuidOf(runId: string): string {
  const bits = `${runId.slice(0, 12)}8${runId.slice(13, 16)}a${runId.slice(17)}`;
  return bits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** What a table is. */
export interface TableForm {
  readonly schema: IcebergSchema;
  readonly lastColumnId: number;
  /** Names of the columns whose values partitions have in common. */
  readonly partitionBy: readonly string[];
}

/** Whether a table goes on with metadata. Where its columns are others, a new table begins. */
export function isContinued({ schema }: TableForm, { schemas }: TableMetadata): boolean {
  return JSON.stringify(schemas[0]?.fields) === JSON.stringify(schema.fields);
}

/** The spec of a table, and all that it has had. */
export function specsOf(
  { schema, partitionBy }: TableForm,
  previous: WrittenMetadata | undefined,
): KnownSpecs & { readonly spec: PartitionSpec } {
  const before = previous?.metadata;
  const known: KnownSpecs =
    before === undefined
      ? NO_SPECS
      : { specs: before['partition-specs'], lastPartitionId: before['last-partition-id'] };
  return specOf(partitionBy, schema, known);
}

/** What metadata of a generation is made of. */
export interface NextMetadata {
  /** URI of the folder of the table, without a slash at its end. */
  readonly location: string;
  readonly runId: string;
  readonly form: TableForm;
  /** That it goes on with. */
  readonly previous: WrittenMetadata | undefined;
  readonly snapshot: Snapshot;
}

function historyOf({ previous, snapshot }: NextMetadata) {
  const before = previous?.metadata;
  const log = {
    'timestamp-ms': snapshot['timestamp-ms'],
    'snapshot-id': snapshot['snapshot-id'],
  };
  const earlier = previous && {
    'timestamp-ms': previous.metadata['last-updated-ms'],
    'metadata-file': previous.uri,
  };
  return {
    snapshots: [...(before?.snapshots ?? []), snapshot].slice(-KEPT),
    'snapshot-log': [...(before?.['snapshot-log'] ?? []), log].slice(-KEPT),
    'metadata-log': [...(before?.['metadata-log'] ?? []), ...(earlier ? [earlier] : [])].slice(
      -KEPT,
    ),
  };
}

/** The metadata of a table once a snapshot is its current one. */
export function nextMetadata(next: NextMetadata): TableMetadata {
  const { location, runId, form, previous, snapshot } = next;
  const { schema, lastColumnId } = form;
  const { spec, specs, lastPartitionId } = specsOf(form, previous);
  const id = snapshot['snapshot-id'];
  return {
    'format-version': 2,
    'table-uuid': previous?.metadata['table-uuid'] ?? uuidOf(runId),
    location,
    'last-sequence-number': snapshot['sequence-number'],
    'last-updated-ms': snapshot['timestamp-ms'],
    'last-column-id': lastColumnId,
    'current-schema-id': schema['schema-id'],
    schemas: [{ ...schema, fields: [...schema.fields] }],
    'default-spec-id': spec['spec-id'],
    'partition-specs': specs.map((each) => ({ ...each, fields: [...each.fields] })),
    'last-partition-id': lastPartitionId,
    'default-sort-order-id': 0,
    'sort-orders': [{ 'order-id': 0, fields: [] }],
    properties: { 'schema.name-mapping.default': nameMapping(schema.fields) },
    'current-snapshot-id': id,
    refs: { main: { 'snapshot-id': id, type: 'branch' } },
    ...historyOf(next),
  };
}
