/** Stands for the execution that was started last. */
export const LATEST = 'latest';

/** Help for the argument that names a run. */
export const RUN_ARGUMENT = 'run id, name or ARN of an execution, URI of an output, or latest';
