/** Stands for the execution that was started last. */
export const LATEST = 'latest';

const RUN_ID = /^[0-9a-f]{32}$/;

/** Whether a text looks like the id of a run. */
export function isRunId(text: string): boolean {
  return RUN_ID.test(text);
}

/** Help for the argument that names a run. */
export const RUN_ARGUMENT = 'run id, name or ARN of an execution, URI of an output, or latest';
