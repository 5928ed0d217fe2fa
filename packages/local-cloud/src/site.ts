import type { Cleanup } from './cleanup.ts';
import type { Deployment } from './deploy/deployment.ts';
import type { FaultInjector } from './faults/fault-injector.ts';
import type { Observe } from './happening.ts';
import type { Ports } from './kept-access.ts';
import type { Publisher } from './publisher.ts';
import type { Secrets } from './secrets/server.ts';
import type { Clock } from './stepfunctions/clock.ts';
import type { Failed } from './storage-failure.ts';
import type { LocalCertificate } from './tls.ts';

/** What the services of one local cloud share. */
export interface Site {
  readonly deployment: Deployment;
  readonly tls: LocalCertificate;
  readonly stateDirectory: string;
  readonly lambdaConcurrency: number;
  readonly nativeModules: string | undefined;
  /** Texts of secrets by their names. */
  readonly secrets: Secrets;
  readonly ports: Ports;
  /** Ends what was started, in reverse order. */
  readonly cleanup: Cleanup;
  readonly publisher: Publisher;
  readonly observe: Observe;
  /** Reports an error to `observe` if it is one of the disk. */
  readonly failed: Failed;
  readonly faults: FaultInjector | undefined;
  readonly clock: Clock;
}
