import type { S3Client } from '#aws/clients/s3.ts';
import type { LedgerDeps } from '#lambdas/shared/open-ledger.ts';
import type { Instruments } from '#lambdas/shared/step.ts';

/** What Finalize needs from outside. */
export interface FinalizeDeps extends Instruments, LedgerDeps {
  readonly s3: S3Client;
}
