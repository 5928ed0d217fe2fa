import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { LocalCloud } from '#local/local-cloud.ts';

/** The clients that a run needs, for one local cloud, whatever the environment says about AWS. */
export interface LocalClients {
  readonly s3: S3Client;
  readonly states: SFNClient;
  close(): void;
}

/** Creates clients that trust the certificate of one local cloud, and it alone. */
export function createLocalClients(cloud: LocalCloud): LocalClients {
  const { credentials, endpoints } = cloud;
  const shared = { region: cloud.region, credentials, maxAttempts: 3 };
  const requestHandler = { httpsAgent: { keepAlive: true, ca: cloud.caPem } };
  const s3 = new S3Client({
    ...shared,
    endpoint: endpoints.s3,
    forcePathStyle: true,
    requestHandler,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const states = new SFNClient({ ...shared, endpoint: endpoints.states, requestHandler });
  return {
    s3,
    states,
    close() {
      s3.destroy();
      states.destroy();
    },
  };
}
