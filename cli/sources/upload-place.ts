import type { S3Client } from '#aws/clients/s3.ts';
import type { Progress } from '#cli/frame/progress.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import type { TriggerKeys } from '#core/contract.ts';

/** Where files are uploaded to. */
export interface UploadPlace {
  readonly client: S3Client;
  readonly bucket: string;
  /** Folder of the bucket for all uploads. */
  readonly folder: string;
  /** Keys whose objects start runs. @default none do */
  readonly trigger?: TriggerKeys | undefined;
  readonly progress: Progress;
}

/** Ends the key of the last object of a bundle. It starts a run only if it comes in one piece. */
const BUNDLE_META = '/meta.json';

/** Whether an object must be sent in parts so that no event of it starts a run. */
export function needsParts(key: string): boolean {
  return key.endsWith(BUNDLE_META);
}

/**
 * Refuses a key whose event would start a run beside the one that is asked for.
 *
 * @throws {UsageError}
 */
export function assertStartsNothing({ bucket, trigger }: UploadPlace, key: string): void {
  if (trigger?.bucket !== bucket || !key.startsWith(trigger.prefix)) return;
  const ends = trigger.suffixes.filter((suffix) => suffix !== BUNDLE_META);
  const suffix = ends.find((each) => key.endsWith(each));
  if (suffix === undefined) return;
  throw new UsageError(
    `s3://${bucket}/${key} would start a run of its own, as each object that ends with ${JSON.stringify(suffix)} does in this deployment; upload it yourself, or give its S3 URI if it lies there`,
  );
}

/** Shows bytes of a stage as they come. @returns what is called for each piece */
export function bytesShown(
  { progress }: UploadPlace,
  title: string,
  total: number,
): (bytes: number) => void {
  let done = 0;
  return (bytes) => {
    done += bytes;
    progress.show({ title, unit: 'bytes', done, total, isBrief: true });
  };
}
