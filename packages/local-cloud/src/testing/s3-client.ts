import { Agent } from 'node:https';
import { S3, type S3ClientConfig } from '@aws-sdk/client-s3';

/** Credentials that {@link identifyTester} knows. */
export const TESTER = { accessKeyId: 'AKIATESTER', secretAccessKey: 'test-secret' } as const;

/** Knows the tester only. */
export function identifyTester(
  accessKeyId: string,
): { readonly secretAccessKey: string } | undefined {
  return accessKeyId === TESTER.accessKeyId ? TESTER : undefined;
}

/** A real client for a local S3 server; trusts its certificate, never tries twice. */
export function createTestS3(
  server: { readonly endpoint: string; readonly ca: string },
  config: S3ClientConfig = {},
): S3 {
  return new S3({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: TESTER,
    forcePathStyle: true,
    maxAttempts: 1,
    requestHandler: { httpsAgent: new Agent({ ca: server.ca, keepAlive: true, maxSockets: 64 }) },
    ...config,
  });
}
