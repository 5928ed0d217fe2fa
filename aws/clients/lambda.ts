import { LambdaClient } from '@aws-sdk/client-lambda';
import { RequestHandler } from '#aws/request-handler.ts';
import { quiet, type ServiceAddress, settingsFor } from './service.ts';

export type { LambdaClient } from '@aws-sdk/client-lambda';

/** Longest time that Lambda lets a function take. */
const FUNCTION_MILLISECONDS = 900_000;

/**
 * Creates a Lambda client. It waits for an answer as long as a function may take, and sends no
 * request twice: the first one may still be under way.
 */
export function createLambdaClient(address?: ServiceAddress): LambdaClient {
  const patience = { silence: FUNCTION_MILLISECONDS, patient: FUNCTION_MILLISECONDS };
  const requestHandler = new RequestHandler(address?.ca, patience);
  return quiet(new LambdaClient({ ...settingsFor(address), requestHandler, maxAttempts: 1 }));
}
