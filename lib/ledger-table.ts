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
 * The ledger: one item per chunk, per try and per run, in sharded partitions. DynamoDB deletes an
 * item after its `expiresAt` (seconds since 1970).
 *
 * It is a `Table`, because a `TableV2` accepts no customer key in a stack without a fixed account.
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
