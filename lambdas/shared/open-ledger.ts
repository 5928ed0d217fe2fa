import type { DynamoDBClient } from '#aws/clients.ts';
import { Ledger } from '#aws/ledger.ts';
import { ledgerName } from '#core/run/run-id.ts';

/** What a step that records chunks needs from outside. */
export interface LedgerDeps {
  readonly dynamo: DynamoDBClient;
  readonly ledgerTable: string;
  readonly now: () => Date;
}

/** Opens the record of one run's generation; nothing is read. */
export function openLedger(
  { dynamo, ledgerTable, now }: LedgerDeps,
  run: { readonly runId: string; readonly generation: number },
): Ledger {
  return new Ledger(dynamo, ledgerTable, ledgerName(run), now);
}
