import type { ServiceChoice } from '#aws/clients/service.ts';
import { UsageError } from '#cli/frame/usage-error.ts';

/** Output of the stack with the ARN of its state machine. */
const OUTPUT = 'StateMachineArn';

/**
 * Finds the state machine of a deployed stack by its outputs. One DescribeStacks.
 *
 * @throws {UsageError} there is no such stack in the Region, or it is another kind of stack.
 */
export async function stackMachine(name: string, choice: ServiceChoice): Promise<string> {
  // Loaded only here: no other way to a deployment needs it.
  const { CloudFormationClient, DescribeStacksCommand } = await import(
    '@aws-sdk/client-cloudformation'
  );
  const client = new CloudFormationClient(choice);
  const others = 'name the deployment by --stack, --state-machine or --local';
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const outputs = Stacks[0]?.Outputs ?? [];
    const arn = outputs.find(({ OutputKey }) => OutputKey === OUTPUT)?.OutputValue;
    if (arn !== undefined) return arn;
    throw new UsageError(`the stack ${name} has no output ${OUTPUT}; ${others}`);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ValidationError') throw error;
    const region = await client.config.region();
    throw new UsageError(`there is no stack ${name} in ${region}; ${others}`, { cause: error });
  } finally {
    client.destroy();
  }
}
