import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { S3Client } from '#aws/clients/s3.ts';
import { createObject } from '#aws/create-only.ts';
import { readText } from '#aws/objects.ts';
import { executeRun } from '#cli/executions/execute-run.ts';
import { findRun, placeInS3 } from '#cli/executions/find-run.ts';
import type { Progress } from '#cli/frame/progress.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import type { RequestFields } from '#cli/options/request-file.ts';
import { addGeneration } from '#cli/outputs/add-generation.ts';
import { assertHoldsRun, holdsRun } from '#cli/outputs/out-directory.ts';
import { keyBelow, locationOf, readDirectory } from '#cli/outputs/stored-run.ts';
import { pinObject } from '#cli/sources/s3-client.ts';
import { ManifestError } from '#core/errors.ts';
import { wholeManifest } from '#core/manifest/earlier.ts';
import { type Manifest, parseManifest } from '#core/manifest/manifest.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';
import { generationKey, manifestKey } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run-fields.ts';
import type { Session } from './local-cloud-session.ts';

/** Rows that come after those of a directory, or replace them. */
export interface GenerationWork {
  /** A request without `output.uri` and `mode`. */
  readonly request: RequestFields;
  readonly mode: OutputMode;
  readonly directory: string;
  /** Latest manifest of the directory. */
  readonly held: Manifest;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Where the output of a directory lies in S3, as its manifest says. */
function locate(held: Manifest, directory: string, bucket: string): OutputLocation {
  const location = locationOf(held);
  const { bucket: found } = location;
  if (found === bucket) return location;
  throw new UsageError(
    `--out ${directory} was written to the bucket ${found}, not to that of this checkout's stack, ${bucket}: add to it where it was made`,
  );
}

/** A whole manifest of an output in S3. */
async function wholeInS3(
  s3: S3Client,
  { bucket, prefix }: OutputLocation,
  text: string,
): Promise<Manifest> {
  return await wholeManifest(text, (generation) =>
    readText(s3, bucket, generationKey(prefix, generation)),
  );
}

function generationsIn({ generations }: Manifest): readonly string[] {
  return generations.map((each) => JSON.stringify(each));
}

/**
 * Puts the manifests of a directory, and the companions of the last one, where Plan and Finalize
 * read what a run comes after; they read no chunk of it. A kept state has the manifests already. It
 * may have one generation more, if the last copy broke off.
 *
 * @throws {UsageError} the state holds another output at that place.
 */
async function seed(
  s3: S3Client,
  { bucket, prefix }: OutputLocation,
  { directory, held }: GenerationWork,
): Promise<void> {
  const there = await readText(s3, bucket, manifestKey(prefix));
  if (there !== undefined) {
    const generations = generationsIn(await wholeInS3(s3, { bucket, prefix }, there));
    if (generationsIn(held).every((each, index) => each === generations[index])) return;
    throw new UsageError(
      `--state holds another set at the place of --out ${directory}; run without --state, or with that which the set was made with`,
    );
  }
  const { text, readGeneration } = await readDirectory(directory);
  const create = async (key: string, manifestText: string) => {
    await createObject(s3, { bucket, key, contentType: 'application/json' }, [manifestText]);
  };
  const { earlier = [], earlierReplaced = [] } = parseManifest(text);
  for (const { generation } of [...earlierReplaced, ...earlier]) {
    // It was read when the directory was.
    await create(generationKey(prefix, generation), (await readGeneration(generation))!);
  }
  await create(generationKey(prefix, held.generation), text);
  for (const { uri } of held.companions ?? []) {
    const [key, path] = [`${prefix}${keyBelow(uri)}`, join(directory, keyBelow(uri))];
    await createObject(s3, { bucket, key, contentType: 'application/octet-stream' }, [
      await readFile(path),
    ]);
  }
  await create(manifestKey(prefix), text);
}

/** Adds the generations that a directory does not have yet. @returns its new latest manifest */
async function placeGenerations(
  { clients: { s3 }, link }: Session,
  { bucket, prefix }: OutputLocation,
  work: GenerationWork,
): Promise<Manifest> {
  const open = (uri: string) => pinObject(s3, uri, work.signal);
  let { held } = work;
  for (;;) {
    const key = generationKey(prefix, held.generation + 1);
    const manifestText = await readText(s3, bucket, key);
    if (manifestText === undefined) return held;
    await addGeneration({ manifestText, open, link }, work.directory, held, work.signal);
    held = await wholeInS3(s3, { bucket, prefix }, manifestText);
  }
}

/**
 * Runs a request as the next generation of the output that a directory holds, and adds it to the
 * directory. The chunks of the directory stay where they are: a local cloud without a state
 * gets only the manifests.
 *
 * @returns the latest manifest, and whether rows were added.
 * @throws {UsageError} the directory's output lies elsewhere, or another run is being added.
 * @throws {ExecutionFailed} the execution failed; the directory is as it was before.
 */
export async function addTo(
  session: Session,
  work: GenerationWork,
): Promise<{ readonly manifest: Manifest; readonly isNew: boolean }> {
  const { clients, outputs } = session;
  const { s3 } = clients;
  const { request, mode, directory, held, progress } = work;
  const bare = await findRun(s3, request, outputs);
  const location = locate(held, directory, outputs.outputBucket);
  const uri = `s3://${location.bucket}/${location.prefix}`;
  const asked = { ...request, output: { ...(request['output'] as RequestFields), uri, mode } };
  const bound = await findRun(s3, asked, outputs);
  const { runId } = bound;
  // The first batch may have been run without --mode.
  const known = [bare.runId, runId].find((id) => holdsRun(held, id));
  if (known !== undefined) {
    await assertHoldsRun(directory, held, { ...bound, runId: known });
    return { manifest: held, isNew: false };
  }
  await seed(s3, location, work);
  const placed = await placeInS3(s3, bound);
  if (placed !== undefined) await executeRun(session, placed, asked, work);
  progress.say(`putting the chunks into ${join(directory, 'data')}`);
  const manifest = await placeGenerations(session, location, work);
  if (holdsRun(manifest, runId)) return { manifest, isNew: true };
  throw new ManifestError(`run ${runId} is not in the manifest of its output`);
}
