import { UsageError } from '#cli/frame/usage-error.ts';

/** What is set up for AWS on this machine does not do; exit code 2. */
export class AwsSetupError extends Error {
  override readonly name = 'AwsSetupError';
}

interface SdkError extends Error {
  readonly code?: unknown;
}

const NO_CREDENTIALS = /Could not load credentials|credentials? (?:is|are) missing|no credentials/i;

/** Names of the errors of credentials that AWS does not take, or takes no more. */
const REFUSED_CREDENTIALS = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);

/** The sentence for people, if an error says that AWS is not set up here. */
function sentenceOf({ name, message, code }: SdkError): string | undefined {
  if (message === 'Region is missing') {
    return 'no Region is set; give --region, set AWS_REGION, or write region into the profile';
  }
  if (name === 'TokenProviderError' || /aws sso login/.test(message)) {
    return `the login has ended (${message}); run aws sso login, then the same command again`;
  }
  if (name === 'CredentialsProviderError' || NO_CREDENTIALS.test(message)) {
    return `no credentials of AWS were found (${message}); give --profile, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run aws sso login`;
  }
  if (REFUSED_CREDENTIALS.has(name)) {
    return `AWS does not accept the credentials (${message}); give another --profile, or log in again`;
  }
  if (UNREACHABLE.has(String(code)) || UNREACHABLE.has(name)) {
    return `the service cannot be reached (${message || String(code)}); look at the network, the Region and AWS_ENDPOINT_URL`;
  }
  return undefined;
}

/**
 * An error of the SDK as one that says what to set up; any other as it is.
 *
 * @param otherwise what else helps, as the end of the sentence. @default nothing
 */
export function explainSetup(error: unknown, otherwise = ''): unknown {
  if (!(error instanceof Error) || error instanceof UsageError) return error;
  const sentence = sentenceOf(error);
  return sentence === undefined
    ? error
    : new AwsSetupError(`${sentence}${otherwise}`, { cause: error });
}
