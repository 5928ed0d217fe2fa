import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { quiet, type ServiceAddress, type ServiceChoice, settingsFor } from './service.ts';

export type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Creates a DynamoDB client for the ledger. */
export function createDynamoClient(address?: ServiceAddress | ServiceChoice): DynamoDBClient {
  return quiet(new DynamoDBClient(settingsFor(address)));
}
