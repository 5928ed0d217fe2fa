import { crc32 } from 'node:zlib';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { ManifestError } from '#core/errors.ts';
import type { LiveFile } from '#core/iceberg/data-file.ts';
import { icebergSchema } from '#core/iceberg/iceberg-schema.ts';
import {
  type IcebergGeneration,
  type IcebergObject,
  metadataName,
} from '#core/iceberg/snapshot-writer.ts';
import type { TableForm } from '#core/iceberg/table-metadata.ts';
import { partitionColumns } from '#core/run/chunk-key.ts';
import { icebergFolder, outputUri } from '#core/run/output-keys.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import type { Manifest, ManifestCompanion, ManifestEntry } from './manifest.ts';
import type { CountedRun } from './manifest-text.ts';

const ICEBERG = 'iceberg';

/** Whether a run was asked for the metadata of a table of Iceberg. */
export function hasIceberg({ output }: Pick<RunHeader, 'output'>): boolean {
  return output.kind === 'table' && output.companions?.includes(ICEBERG) === true;
}

/** The table of Iceberg that the output of a run is. */
export function icebergForm({
  columns = [],
  output,
}: Pick<CountedRun, 'columns' | 'output'>): TableForm {
  return { ...icebergSchema(columns), partitionBy: partitionColumns(output) };
}

/** What a run makes of the table. */
export function icebergGeneration(
  run: CountedRun,
  known: Pick<IcebergGeneration, 'claimedMs' | 'form' | 'previous'>,
): IcebergGeneration {
  const { generation, runId, base, location } = run;
  return {
    ...{ generation, runId, ...known },
    folder: outputUri(location, icebergFolder(location.prefix)),
    operation: base.since === generation ? 'overwrite' : 'append',
  };
}

/** A file of an output as one that came into the table with a generation. */
export function liveFile(
  entry: ManifestEntry,
  addedBy: number,
  { partitionBy }: Pick<TableForm, 'partitionBy'>,
): LiveFile {
  const { url, meta, rowStart, rowEnd, partition = {}, statistics = [] } = entry;
  return {
    ...{ uri: url, rows: rowEnd - rowStart, bytes: meta.content_length, addedBy, statistics },
    partition: partitionBy.map((name) => partition[name] ?? null),
  };
}

/** URI of the metadata of the generation of a manifest that has it. */
export function metadataUri({ companions = [], generation }: Manifest): string {
  const name = metadataName(generation);
  const found = companions.find(
    ({ companion, uri }) => companion === ICEBERG && uri.endsWith(name),
  );
  if (found !== undefined) return found.uri;
  throw new ManifestError(`the manifest of generation ${generation} lists no ${name} of Iceberg`);
}

/** What the manifest says of an object of the metadata. */
export function listedObject(
  { location }: Pick<RunHeader, 'location'>,
  { name, bytes }: IcebergObject,
): ManifestCompanion {
  return {
    companion: ICEBERG,
    uri: outputUri(location, `${icebergFolder(location.prefix)}${name}`),
    bytes: bytes.length,
    crc32: crc32Hex(crc32(bytes)),
  };
}
