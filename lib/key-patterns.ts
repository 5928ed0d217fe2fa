import {
  FAILURES_FOLDER,
  OUTPUT_FOLDERS,
  RESULTS_FOLDER,
  STAGED_FOLDER,
  TRANSFORM_FOLDER,
} from '#core/contract.ts';

/** Keys of the output bucket, as patterns of a policy: each for every run and every source. */
export const KEYS = {
  plans: `*/${OUTPUT_FOLDERS.plan}plan*.jsonl`,
  manifests: `*/${OUTPUT_FOLDERS.manifest}*`,
  claims: `*/${OUTPUT_FOLDERS.manifest}run*.json`,
  failures: `*/${OUTPUT_FOLDERS.manifest}failures.json`,
  chunks: `*/${OUTPUT_FOLDERS.data}*`,
  overwritingChunks: '*/data-g??????/*',
  attemptedChunks: '*/data-g??????-*/*',
  results: `*/${RESULTS_FOLDER}/*`,
  columnNames: `*/${OUTPUT_FOLDERS.manifest}columns*.json`,
  objectLists: `*/${OUTPUT_FOLDERS.plan}objects*.jsonl`,
  objectFaults: `*/${OUTPUT_FOLDERS.plan}objects-fault*.jsonl`,
  rejects: `*/${OUTPUT_FOLDERS.manifest}rejects*/*`,
  layouts: `*/${OUTPUT_FOLDERS.plan}source*.json`,
  staged: `${STAGED_FOLDER}*`,
  stageJobs: `${STAGED_FOLDER}*/jobs*.jsonl`,
  stageResults: `${STAGED_FOLDER}results/*`,
  transformInputs: `${TRANSFORM_FOLDER}*/input/*`,
  transformOutputs: `${TRANSFORM_FOLDER}*/output/*`,
  executionFailures: `${FAILURES_FOLDER}*`,
} as const;
