import { SFNClient } from '@aws-sdk/client-sfn';
import { quiet, type ServiceAddress, type ServiceChoice, settingsFor } from './service.ts';

export type { SFNClient } from '@aws-sdk/client-sfn';

/** Creates a Step Functions client, to start and watch executions. */
export function createStatesClient(address?: ServiceAddress | ServiceChoice): SFNClient {
  return quiet(new SFNClient(settingsFor(address)));
}
