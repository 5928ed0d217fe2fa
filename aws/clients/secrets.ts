import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { quiet, type ServiceAddress, settingsFor } from './service.ts';

export type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** Creates a Secrets Manager client. */
export function createSecretsClient(address?: ServiceAddress): SecretsManagerClient {
  return quiet(new SecretsManagerClient(settingsFor(address)));
}
