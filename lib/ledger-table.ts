import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** Settings of {@link LedgerTable}. */
export interface LedgerTableProps {
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The ledger: one item a chunk, one item a try, one item a run, in sharded partitions.
 * Items leave by themselves through `expiresAt` (seconds since 1970).
 *
 * A `Table`, not a `TableV2`: that one takes no customer key in a stack without a fixed account.
 */
export class LedgerTable extends Table {
  constructor(scope: Construct, id: string, { encryptionKey, removalPolicy }: LedgerTableProps) {
    super(scope, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryptionKey,
      removalPolicy,
    });
  }
}
