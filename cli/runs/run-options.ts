import type { DeploymentOptions } from '#cli/deployment/deployment-options.ts';
import type { RequestOptions } from '#cli/local/run-request.ts';

/** Options of `run`. One that was not given is absent. */
export interface RunOptions extends Omit<RequestOptions, 'profile'>, DeploymentOptions {
  /** The profile of texts: `--profile` is that of AWS. */
  readonly textProfile?: string;
  /** S3 URI of the output. */
  readonly outputUri?: string;
  /** Starts, and does not wait. */
  readonly detach?: true;
  /** Seconds to watch. */
  readonly timeout?: number;
}
