/** Name of a state machine, the last part of its ARN. */
export function stateMachineName(stateMachineArn: string): string {
  return stateMachineArn.split(':').slice(6).join(':');
}

function sibling(stateMachineArn: string, kind: string, name: string): string {
  const [arn, partition, service, region, account] = stateMachineArn.split(':');
  return [arn, partition, service, region, account, kind, name].join(':');
}

/** ARN of a Standard execution. */
export function executionArn(stateMachineArn: string, name: string): string {
  return sibling(stateMachineArn, 'execution', `${stateMachineName(stateMachineArn)}:${name}`);
}

/** ARN of an Express execution, which AWS ends with an id of its own. */
export function expressExecutionArn(stateMachineArn: string, name: string, id: string): string {
  return sibling(stateMachineArn, 'express', `${stateMachineName(stateMachineArn)}:${name}:${id}`);
}

/** ARN of the machine itself, without a map's label. */
export function unlabelledMachineArn(stateMachineArn: string): string {
  return stateMachineArn.split('/')[0] ?? stateMachineArn;
}

/**
 * ARN that the children of a map give as their state machine: the machine's, then the map's label.
 */
export function childMachineArn(stateMachineArn: string, label: string): string {
  return `${unlabelledMachineArn(stateMachineArn)}/${label}`;
}

/** ARN of a map run, whose machine part carries the map's label. */
export function mapRunArn(labelledMachineArn: string, id: string): string {
  return sibling(labelledMachineArn, 'mapRun', `${stateMachineName(labelledMachineArn)}:${id}`);
}

/** Region of an ARN. */
export function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}
