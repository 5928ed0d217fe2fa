import { crc32 } from 'node:zlib';
import { crc32Hex } from '#core/checksum/crc32.ts';
import type { MatrixOutputSpec } from '#core/outputs/output-kinds.ts';
import { chunkKey } from '#core/run/chunk-key.ts';
import { companionFolder, outputUri } from '#core/run/output-keys.ts';
import { attemptOf, EMPTY_BASE } from '#core/run/run-fields.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import {
  type CompanionTable,
  type CompanionText,
  companionTexts,
} from '#core/tables/companions/companions.ts';
import { movedAt } from './generations.ts';
import type { AttemptedGeneration, ManifestCompanion } from './manifest.ts';
import { matrixCompanionTexts } from './matrix-companions.ts';

/** A run, as far as its companions depend on it; other wings have none. */
export type AccompaniedRun = Pick<
  RunHeader,
  'output' | 'location' | 'generation' | 'base' | 'chunks'
> & {
  readonly columns?: CompanionTable['columns'] | undefined;
  /** Of a matrix. */
  readonly facts?: RunHeader['facts'] | undefined;
  /** Up to the run: in whose folders the chunks lie. */
  readonly attempts?: readonly AttemptedGeneration[] | undefined;
};

/** An object of a companion, and where it lies. */
export interface CompanionObject extends Omit<CompanionText, 'name'> {
  readonly companion: string;
  readonly key: string;
}

/** URIs of all files that are in the output with a run: their names are computed. */
function* urisOf(run: AccompaniedRun): Generator<string> {
  const { base, attempts } = run;
  const { since } = base;
  const end = base.chunks + run.chunks;
  for (let index = 0; index < end; index += 1) {
    const place = { ...EMPTY_BASE, since, ...movedAt({ attempts }, since, index) };
    yield outputUri(run.location, chunkKey({ ...run, base: place }, index));
  }
}

/** The same of a run of a matrix. */
function matrixObjects(run: AccompaniedRun, spec: MatrixOutputSpec): readonly CompanionObject[] {
  const { location, generation, facts } = run;
  if (facts?.kind !== 'matrix' || !('companions' in spec)) return [];
  return (spec.companions ?? []).flatMap((companion) => {
    const folder = `${location.prefix}${companionFolder(companion, generation, attemptOf(run))}`;
    const texts = matrixCompanionTexts(companion, {
      ...{ spec, facts, uris: () => urisOf(run) },
      output: outputUri(location, location.prefix),
      folder: outputUri(location, folder),
    });
    return texts.map(({ name, ...text }) => ({ ...text, companion, key: `${folder}${name}` }));
  });
}

/**
 * The objects that a run writes before its manifest, for readers that do not know
 * manifests. They list the files of the runs before it too, unless it overwrites them.
 *
 * @throws {RequestError} with every name or type that the readers of a companion do not have.
 */
export function companionObjects(run: AccompaniedRun): readonly CompanionObject[] {
  const { output, location, generation, columns = [] } = run;
  if (output.kind !== 'table') return matrixObjects(run, output);
  const { file, companions = [], partitionBy } = output;
  return companions.flatMap((companion) => {
    const folder = `${location.prefix}${companionFolder(companion, generation, attemptOf(run))}`;
    const texts = companionTexts(companion, {
      ...{ file, columns, partitionBy, uris: () => urisOf(run) },
      output: outputUri(location, location.prefix),
      folder: outputUri(location, folder),
    });
    return texts.map(({ name, ...text }) => ({ ...text, companion, key: `${folder}${name}` }));
  });
}

/** What a manifest says of the companions of a run. Makes their texts once. */
export function listedCompanions(run: AccompaniedRun): readonly ManifestCompanion[] {
  return companionObjects(run).map(({ companion, key, pieces }) => {
    let bytes = 0;
    let crc = 0;
    for (const piece of pieces()) {
      const encoded = new TextEncoder().encode(piece);
      bytes += encoded.length;
      crc = crc32(encoded, crc);
    }
    return { companion, uri: outputUri(run.location, key), bytes, crc32: crc32Hex(crc) };
  });
}
