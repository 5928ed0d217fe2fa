import { writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { bundler } from '@sparse-fanout/engine/bundler.ts';
import { AssetHashType, Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ONE_VCPU_MIB } from '#core/contract.ts';
import { ACKNOWLEDGED, acknowledge } from './acknowledgements.ts';
import { PROJECT_ROOT, UNUSED_CREDENTIALS } from './bundling.ts';
import { ENGINE_STORAGE, EngineLayer } from './engine-layer.ts';
import { type FunctionNetwork, functionNetwork, type GivenNetwork } from './network.ts';
import { allow, DECRYPT, JOINS_VPC, TRACING, useOf, writesLogs } from './permissions.ts';
import type { Transforms } from './transforms.ts';

/** What the layer has, and no bundle. */
const ENGINE = '@duckdb/node-api';

/** A writer waits no longer. */
const TIMEOUT = Duration.minutes(10);

/** Makes one CommonJS module of a file: only `require` finds the engine in the layer. */
function bundle(file: string, directory: string): void {
  bundler().buildSync({
    entryPoints: [file],
    outfile: join(directory, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    external: [ENGINE, ...UNUSED_CREDENTIALS],
    // A file elsewhere finds the packages of the checkout.
    nodePaths: [join(PROJECT_ROOT, 'node_modules')],
    logLevel: 'silent',
  });
  // Says what it is, wherever it lies.
  writeFileSync(join(directory, 'package.json'), '{"type":"commonjs"}\n');
}

/** The bundle of a file, which is made on this machine. */
function codeOf(file: string): Code {
  const tryBundle = (directory: string): boolean => {
    bundle(file, directory);
    return true;
  };
  const { bundlingImage: image } = Runtime.NODEJS_24_X;
  return Code.fromAsset(dirname(file), {
    assetHashType: AssetHashType.OUTPUT,
    // The variable keeps the CDK from taking the bundle of another file of the folder.
    bundling: { image, local: { tryBundle }, environment: { FILE: basename(file) } },
  });
}

/** How functions for transforms are deployed. */
interface Deployed {
  readonly encryptionKey?: IKey | undefined;
  readonly network?: GivenNetwork | undefined;
}

/** What the functions have in common. */
interface Shared {
  readonly layer: EngineLayer;
  readonly encryptionKey: IKey | undefined;
  readonly network: FunctionNetwork | undefined;
}

function createFunction(
  scope: Construct,
  file: string,
  { layer, encryptionKey, network }: Shared,
): LambdaFunction {
  const retention = RetentionDays.THREE_MONTHS;
  const logGroup = new LogGroup(scope, 'Logs', { retention, encryptionKey });
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  const decrypts = useOf(encryptionKey, DECRYPT, 'its environment is encrypted');
  const joins = network === undefined ? [] : [JOINS_VPC];
  allow(role, [writesLogs(logGroup), ...decrypts, ...joins, TRACING]);
  const handler = new LambdaFunction(scope, 'Function', {
    code: codeOf(resolve(file)),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    timeout: TIMEOUT,
    memorySize: ONE_VCPU_MIB,
    layers: [layer],
    ephemeralStorageSize: ENGINE_STORAGE,
    tracing: Tracing.ACTIVE,
    ...(encryptionKey && { environmentEncryption: encryptionKey }),
    role,
    logGroup,
    ...network,
  });
  acknowledge(handler, ACKNOWLEDGED.transform);
  return handler;
}

/**
 * Makes functions for transforms of files with a `handler`: with one vCPU, ten minutes, and the
 * engine in a layer. A key encrypts their logs and environments; in a VPC they have a security
 * group of their own where none is given.
 *
 * @throws {Error} a file cannot be bundled.
 */
export function fileTransforms(
  scope: Construct,
  files: readonly (readonly [name: string, file: string])[],
  { encryptionKey, network: given }: Deployed = {},
): Transforms {
  if (files.length === 0) return {};
  const parent = new Construct(scope, 'TransformFiles');
  const network = given && functionNetwork(parent, given);
  const shared = { layer: new EngineLayer(parent, 'Engine'), encryptionKey, network };
  const functions = files.map(([name, file]) => {
    return [name, createFunction(new Construct(parent, name), file, shared)] as const;
  });
  return Object.fromEntries(functions);
}
