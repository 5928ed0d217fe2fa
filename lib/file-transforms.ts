import { join, resolve } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type ICommandHooks, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ONE_VCPU_MIB } from '#core/contract.ts';
import { ACKNOWLEDGED, acknowledge } from './acknowledgements.ts';
import { BUNDLING, PROJECT_ROOT, UNUSED_CREDENTIALS } from './bundling.ts';
import { ENGINE_STORAGE, EngineLayer } from './engine-layer.ts';
import { allow, TRACING, writesLogs } from './permissions.ts';
import type { Transforms } from './transforms.ts';

/** What the layer has, and no bundle. */
const ENGINE = '@duckdb/node-api';

/** A writer waits no longer. */
const TIMEOUT = Duration.minutes(10);

/** Says what a bundle is, wherever it lies. */
const COMMON_JS: ICommandHooks = {
  beforeBundling: () => [],
  beforeInstall: () => [],
  afterBundling: (_, outputDir) => [`echo '{"type":"commonjs"}' > ${outputDir}/package.json`],
};

/** A function of a file: CommonJS, as only `require` finds the engine in the layer. */
function createFunction(scope: Construct, file: string, layer: EngineLayer): NodejsFunction {
  const logGroup = new LogGroup(scope, 'Logs', { retention: RetentionDays.THREE_MONTHS });
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  allow(role, [writesLogs(logGroup), TRACING]);
  const { banner: _, ...bundling } = BUNDLING;
  const handler = new NodejsFunction(scope, 'Function', {
    entry: resolve(file),
    projectRoot: PROJECT_ROOT,
    depsLockFilePath: join(PROJECT_ROOT, 'package-lock.json'),
    bundling: {
      ...bundling,
      format: OutputFormat.CJS,
      commandHooks: COMMON_JS,
      externalModules: [ENGINE, ...UNUSED_CREDENTIALS],
      // A file elsewhere finds the packages of the checkout.
      environment: { NODE_PATH: join(PROJECT_ROOT, 'node_modules') },
    },
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    timeout: TIMEOUT,
    memorySize: ONE_VCPU_MIB,
    layers: [layer],
    ephemeralStorageSize: ENGINE_STORAGE,
    role,
    logGroup,
  });
  acknowledge(handler, ACKNOWLEDGED.transform);
  return handler;
}

/**
 * Makes functions for transforms of files with a `handler`: with one vCPU, ten minutes, and the
 * engine in a layer.
 */
export function fileTransforms(
  scope: Construct,
  files: readonly (readonly [name: string, file: string])[],
): Transforms {
  if (files.length === 0) return {};
  const parent = new Construct(scope, 'TransformFiles');
  const layer = new EngineLayer(parent, 'Engine');
  const functions = files.map(([name, file]) => {
    return [name, createFunction(new Construct(parent, name), file, layer)] as const;
  });
  return Object.fromEntries(functions);
}
