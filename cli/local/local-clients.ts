import type { LocalCloud } from '@sparse-fanout/local-cloud';
import { createDynamoClient, type DynamoDBClient } from '#aws/clients/dynamo.ts';
import { createS3Client, type S3Client } from '#aws/clients/s3.ts';
import { createStatesClient, type SFNClient } from '#aws/clients/states.ts';

/** The clients that a run needs, for one local cloud, whatever the environment says about AWS. */
export interface LocalClients {
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
  readonly states: SFNClient;
  close(): void;
}

/** How the services of a local cloud are reached. */
type Reached = Pick<LocalCloud, 'endpoints' | 'region' | 'credentials' | 'caPem'>;

/** Creates clients that trust only the certificate of one local cloud. */
export function createLocalClients(cloud: Reached): LocalClients {
  const { endpoints, region, credentials, caPem: ca } = cloud;
  const s3 = createS3Client({ endpoint: endpoints.s3, region, credentials, ca });
  const states = createStatesClient({ endpoint: endpoints.states, region, credentials, ca });
  const dynamo = createDynamoClient({ endpoint: endpoints.dynamodb, region, credentials, ca });
  return {
    s3,
    dynamo,
    states,
    close() {
      s3.destroy();
      dynamo.destroy();
      states.destroy();
    },
  };
}
