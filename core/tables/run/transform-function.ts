import type { TransformArns } from '#core/contract.ts';
import { RequestError } from '#core/errors.ts';
import type { FunctionTransform } from '#core/tables/schema/transform-section.ts';

/** A function of a deployment. */
export interface TransformFunction {
  readonly name: string;
  /** Number of the published version, which is the end of its ARN. */
  readonly version: string;
  readonly arn: string;
}

function unknownProblem(name: string, deployed: TransformArns): string {
  const names = Object.keys(deployed);
  const known = names.length === 0 ? 'which has no functions' : `which has ${names.join(', ')}`;
  return `transform.lambda is ${name}, but is no function of this deployment, ${known}; give it to the construct as transforms: { "${name}": … }`;
}

/**
 * Finds the function of a transform.
 *
 * @param deployed the functions of the deployment; undefined outside of one.
 * @throws {RequestError} there is no such function.
 */
export function transformFunction(
  { lambda: name }: Pick<FunctionTransform, 'lambda'>,
  deployed: TransformArns | undefined,
): TransformFunction {
  if (deployed === undefined) {
    throw new RequestError([
      `transform.lambda runs in a deployment alone, so ${name} cannot be shown here; leave transform out to see the rows that it gets, or give its file to local run by --transforms`,
    ]);
  }
  if (!Object.hasOwn(deployed, name)) throw new RequestError([unknownProblem(name, deployed)]);
  const arn = deployed[name]!;
  return { name, arn, version: arn.slice(arn.lastIndexOf(':') + 1) };
}
