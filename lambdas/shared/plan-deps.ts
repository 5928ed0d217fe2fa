import type { S3Client } from '#aws/clients/s3.ts';
import type { PlanPrices } from '#core/cost/prices.ts';
import type { Deployment } from '#core/run/bind-run.ts';
import type { LedgerDeps } from './open-ledger.ts';
import type { Instruments } from './step.ts';

/** What a step that plans needs from outside. */
export interface PlanDeps extends Instruments, Deployment, LedgerDeps {
  readonly s3: S3Client;
  readonly now: () => Date;
  /** Whose prices a plan has. */
  readonly region: string;
  /** Prices in the place of those of the Region. @default none */
  readonly prices?: PlanPrices | undefined;
}
