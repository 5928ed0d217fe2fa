import { join } from 'node:path';
import type { FunctionConfiguration } from '#local/lambda/function-configuration.ts';

/** A function whose bundle lies in `code` below a directory, with settings of its own. */
export function functionIn(
  directory: string,
  name: string,
  overrides: Partial<FunctionConfiguration>,
): FunctionConfiguration {
  return {
    name,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    versionArns: [],
    retainedVersionArns: [],
    roleArn: 'arn:aws:iam::000000000000:role/r',
    codeDirectory: join(directory, 'code'),
    handler: 'index.handler',
    memoryMegabytes: 128,
    timeoutSeconds: 60,
    environment: {},
    reservedConcurrency: undefined,
    layerDirectories: [],
    ephemeralMegabytes: undefined,
    logGroupName: `/aws/lambda/${name}`,
    asyncRetries: 0,
    ...overrides,
  };
}
