import { delimiter, join } from 'node:path';
import type { FunctionConfiguration } from './function-configuration.ts';
import { LambdaException } from './lambda-errors.ts';

/** What a function's process gets besides its template's variables. */
export interface HostSettings {
  readonly region: string;
  /** Credentials of the function's role. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Base URLs by the ending of the SDK's variable, such as `S3` for `AWS_ENDPOINT_URL_S3`. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** PEM file of the certificate that the endpoints show. */
  readonly caFile: string;
  /**
   * A `node_modules` folder of this machine, looked at behind those of a function's layers: there
   * lies native code for the processor of this machine.
   */
  readonly nativeModules?: string | undefined;
}

/** Bytes of a function's own variables, as JSON. */
const MAX_ENVIRONMENT_BYTES = 4096;

/** Variables that Lambda sets itself; a template that sets one is refused, as on AWS. */
const RESERVED =
  /^(AWS_REGION|AWS_DEFAULT_REGION|AWS_ACCESS_KEY|AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|AWS_LAMBDA_.+|AWS_EXECUTION_ENV|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR|_HANDLER|_X_AMZN_TRACE_ID)$/;

function assertAllowed({ name, environment }: FunctionConfiguration): void {
  const bytes = Buffer.byteLength(JSON.stringify(environment));
  if (bytes > MAX_ENVIRONMENT_BYTES) {
    throw new LambdaException(
      'InvalidParameterValueException',
      `${name}: Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit`,
    );
  }
  const reserved = Object.keys(environment).find((variable) => RESERVED.test(variable));
  if (reserved) {
    throw new LambdaException(
      'InvalidParameterValueException',
      `${name}: the environment variables contain the reserved key ${reserved}`,
    );
  }
}

/** Where `require` looks besides the bundle's own folder; nowhere without a layer. */
function nodePath(
  { layerDirectories }: FunctionConfiguration,
  nativeModules?: string,
): Readonly<Record<string, string>> {
  if (layerDirectories.length === 0) return {};
  const folders = layerDirectories.map((directory) => join(directory, 'nodejs', 'node_modules'));
  if (nativeModules !== undefined) folders.push(nativeModules);
  return { NODE_PATH: folders.join(delimiter) };
}

/**
 * The whole environment of a function's process: the template's variables, Lambda's own, and only
 * `PATH` of this machine's.
 *
 * @throws {LambdaException} the template's variables pass 4 KB or set a reserved one.
 */
export function functionEnvironment(
  configuration: FunctionConfiguration,
  settings: HostSettings,
): Readonly<Record<string, string>> {
  assertAllowed(configuration);
  const { region, credentials, endpoints, caFile } = settings;
  return {
    ...nodePath(configuration, settings.nativeModules),
    ...configuration.environment,
    ...Object.fromEntries(
      Object.entries(endpoints).map(([service, url]) => [`AWS_ENDPOINT_URL_${service}`, url]),
    ),
    PATH: process.env['PATH'] ?? '',
    TZ: ':UTC',
    NODE_EXTRA_CA_CERTS: caFile,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: configuration.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: configuration.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: `packages/local-cloud/[$LATEST]${configuration.name}`,
    LAMBDA_TASK_ROOT: configuration.codeDirectory,
    _HANDLER: configuration.handler,
  };
}
