import type { DynamoDBClient } from '#aws/clients/dynamo.ts';
import { Ledger } from '#aws/ledger.ts';
import type { UploadNumber } from '#core/run/run-fields.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import { ledgerName } from '#core/run/run-id.ts';

/** The record of one run's generation, as far as the steps write and read it. */
export type RunLedger = Pick<Ledger, 'startRun' | 'start' | 'done' | 'fail' | 'chunks'>;

/** Opens the record of one run's generation; nothing is read. */
export type OpenLedger = (
  run: Pick<RunHeader, 'runId' | 'generation' | 'location'> & {
    readonly upload?: UploadNumber | undefined;
  },
) => RunLedger;

/** What a step that records chunks needs from outside. */
export interface LedgerDeps {
  readonly openLedger: OpenLedger;
}

/** The records of all runs in a table of DynamoDB. */
export function ledgersIn(
  dynamo: DynamoDBClient,
  table: string,
  now = () => new Date(),
): OpenLedger {
  return (run) => new Ledger(dynamo, table, ledgerName(run), now);
}
