import { Signer } from '@aws-sdk/rds-signer';
import type { SecretsManagerClient } from '#aws/clients/secrets.ts';

/** Whom a server of RDS shall let in. */
interface TokenUser {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/**
 * A token of IAM, which a server of RDS takes in place of a password for fifteen minutes: a request
 * to it that is signed here, without a call, by the role and in the region of a client.
 */
export async function iamToken(
  { config }: SecretsManagerClient,
  { host: hostname, port, user: username }: TokenUser,
): Promise<string> {
  const region = await config.region();
  const { credentials } = config;
  return await new Signer({ hostname, port, username, region, credentials }).getAuthToken();
}
