import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReplayReport } from './match.ts';

interface Labels {
  readonly id: string;
  readonly features: readonly string[];
  /** Of Step Functions vectors: `JSONata`, `JSONPath` or both. */
  readonly queryLanguage?: string;
}

/** How many recordings there are; printed when they are missing. */
export const RECORDINGS = { s3: 99, sfn: 192 } as const;

/**
 * States of JSONata that the local Step Functions refuses by name; all else it must run as AWS
 * does.
 */
const REFUSED_STATES = new Set(['Map:INLINE', 'Parallel']);

function isRunnable({ queryLanguage, features }: Labels): boolean {
  return queryLanguage === 'JSONata' && !features.some((feature) => REFUSED_STATES.has(feature));
}

async function idsOf(folder: string, isWithin: (labels: Labels) => boolean): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const vectors = await Promise.all(
    files.map(
      async (name): Promise<Labels> => JSON.parse(await readFile(join(folder, name), 'utf8')),
    ),
  );
  return vectors.filter(isWithin).map(({ id }) => id);
}

/** Ids of the recordings that the local Step Functions may neither fail nor refuse. */
export async function runnableSfn(vectorsDirectory: string): Promise<readonly string[]> {
  return await idsOf(join(vectorsDirectory, 'sfn'), isRunnable);
}

/** Ids of the recordings that the local S3 may neither fail nor refuse: all of them. */
export async function everyS3(vectorsDirectory: string): Promise<readonly string[]> {
  return await idsOf(join(vectorsDirectory, 's3'), () => true);
}

/** Those of the ids that did not pass. */
export function missing(ids: readonly string[], { passed }: ReplayReport): readonly string[] {
  const known = new Set(passed);
  return ids.filter((id) => !known.has(id));
}
