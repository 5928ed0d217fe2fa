import type { LocalCloud } from '@sparse-fanout/local-cloud';

/**
 * Variables that a user may have set for AWS itself. They would be used instead of the keys below,
 * or sent with them.
 */
const FOREIGN_VARIABLES = ['AWS_PROFILE', 'AWS_SESSION_TOKEN'];

/**
 * Environment variables with which the AWS CLI, boto3 and every SDK use a local cloud, and the
 * command line and the Python package its state machine.
 */
export function clientVariables(cloud: LocalCloud): Readonly<Record<string, string>> {
  const { endpoints, credentials, region, caFile, outputs } = cloud;
  const { StateMachineArn: machine } = outputs;
  return {
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SFN: endpoints.states,
    AWS_ENDPOINT_URL_LAMBDA: endpoints.lambda,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_CA_BUNDLE: caFile,
    NODE_EXTRA_CA_CERTS: caFile,
    ...(machine !== undefined && { SPARSE_FANOUT_STATE_MACHINE: machine }),
  };
}

const quoted = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;

/** Lines of shell that set the variables, and unset those that would be used instead. */
export function shellLines(variables: Readonly<Record<string, string>>): string {
  const exports = Object.entries(variables).map(
    ([name, value]) => `export ${name}=${quoted(value)}`,
  );
  return [`unset ${FOREIGN_VARIABLES.join(' ')}`, ...exports].join('\n');
}
