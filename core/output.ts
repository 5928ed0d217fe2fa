import { OUTPUT_FOLDERS, STAGED_FOLDER } from './contract.ts';
import type { OutputLocation } from './run.ts';

/** Key of the manifest: its existence means "complete". */
export function manifestKey(prefix: string): string {
  return `${prefix}${OUTPUT_FOLDERS.manifest}manifest.json`;
}

/** Key of the report on the last execution that failed; nothing reads it but people. */
export function failuresKey(prefix: string): string {
  return `${prefix}${OUTPUT_FOLDERS.manifest}failures.json`;
}

/** Key of the object that claims an output prefix for one run. */
export function claimKey(prefix: string): string {
  return `${prefix}${OUTPUT_FOLDERS.manifest}run.json`;
}

/** Key of the plan: one chunk task a line. */
export function planKey(prefix: string): string {
  return `${prefix}${OUTPUT_FOLDERS.plan}plan.jsonl`;
}

/** Key of the layout of the source, which every writer reads. */
export function layoutKey(prefix: string): string {
  return `${prefix}${OUTPUT_FOLDERS.plan}source.json`;
}

/** Where the objects of the output bucket that are staged for one unit of a source lie. */
export function stagedPrefix(stageId: string): string {
  return `${STAGED_FOLDER}${stageId}/`;
}

/**
 * The prefix of a run whose request names none: the source's key without its ending, then the run id.
 *
 * @param sourceKey `folder/matrix.npz` and `folder/matrix/` give `folder/matrix/<run id>/`.
 */
export function defaultPrefix(sourceKey: string, runId: string): string {
  return `${sourceKey.replace(/(\.[^./]+|\/)$/, '')}/${runId}/`;
}

/** `s3://bucket/key` of something below an output. */
export function outputUri({ bucket }: OutputLocation, key: string): string {
  return `s3://${bucket}/${key}`;
}
