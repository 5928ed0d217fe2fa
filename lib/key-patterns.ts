import {
  FAILURES_FOLDER,
  OUTPUT_FOLDERS,
  RESULTS_FOLDER,
  SHUFFLE_FOLDER,
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
  results: `*/${RESULTS_FOLDER}/*`,
  columnNames: `*/${OUTPUT_FOLDERS.manifest}columns*.json`,
  shares: `*/${OUTPUT_FOLDERS.plan}shares*.jsonl`,
  objectLists: `*/${OUTPUT_FOLDERS.plan}objects*.jsonl`,
  rejects: `*/${OUTPUT_FOLDERS.manifest}rejects*/*`,
  layouts: `*/${OUTPUT_FOLDERS.plan}source*.json`,
  staged: `${STAGED_FOLDER}*`,
  stageJobs: `${STAGED_FOLDER}*/jobs*.jsonl`,
  stageResults: `${STAGED_FOLDER}results/*`,
  transformInputs: `${TRANSFORM_FOLDER}*/input/*`,
  transformOutputs: `${TRANSFORM_FOLDER}*/output/*`,
  shuffle: `${SHUFFLE_FOLDER}*`,
  shufflePlans: `${SHUFFLE_FOLDER}*/source.json`,
  shuffleObjects: `${SHUFFLE_FOLDER}*/objects.jsonl`,
  shuffleIndexes: `${SHUFFLE_FOLDER}*/index/*`,
  executionFailures: `${FAILURES_FOLDER}*`,
} as const;
