import { describe, expect, test } from 'vitest';
import {
  deploymentWords,
  isStateMachineArn,
  machineOfExecution,
  namedDeployment,
} from '#cli/deployment/deployment-options.ts';

const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:Machine';
const EXECUTION = 'arn:aws:states:eu-west-1:123456789012:execution:Machine:name';
const VARIABLES = {
  SPARSE_FANOUT_STATE_MACHINE: MACHINE,
  SPARSE_FANOUT_STACK: 'Other',
  SPARSE_FANOUT_LOCAL: 'state',
};

describe('the deployment of a command', () => {
  test('is that of an option, whatever the environment says', () => {
    const named = (options: object) => namedDeployment(options, VARIABLES, EXECUTION);
    expect(named({ stateMachine: 'arn' })).toEqual({ kind: 'state-machine', arn: 'arn' });
    expect(named({ stack: 'Mine' })).toEqual({ kind: 'stack', name: 'Mine' });
    expect(named({ local: 'up' })).toEqual({ kind: 'local', directory: 'up' });
  });

  test('is that of the execution whose ARN is given', () => {
    const found = namedDeployment({}, VARIABLES, EXECUTION);
    expect(found).toEqual({ kind: 'state-machine', arn: MACHINE });
  });

  test('is that of the first variable that is set', () => {
    const { SPARSE_FANOUT_STATE_MACHINE: _, ...without } = VARIABLES;
    expect(namedDeployment({}, VARIABLES)).toEqual({ kind: 'state-machine', arn: MACHINE });
    expect(namedDeployment({}, without)).toEqual({ kind: 'stack', name: 'Other' });
    const empty = { ...without, SPARSE_FANOUT_STACK: '' };
    expect(namedDeployment({}, empty)).toEqual({ kind: 'local', directory: 'state' });
  });

  test('is the stack of cdk deploy where nothing is said', () => {
    expect(namedDeployment({}, {})).toEqual({ kind: 'stack', name: 'SparseFanout' });
  });
});

test('ARNs of state machines and of executions are known by their form', () => {
  expect(isStateMachineArn(MACHINE)).toBe(true);
  expect([EXECUTION, `${MACHINE}/Map`, 'Machine', ''].some(isStateMachineArn)).toBe(false);
  expect(machineOfExecution(EXECUTION)).toBe(MACHINE);
  expect(machineOfExecution(MACHINE)).toBeUndefined();
});

test('the words of a line to paste find the same deployment', () => {
  const words = (options: object) => deploymentWords(namedDeployment(options, {}), options, {});
  expect(words({})).toBe('');
  expect(words({ stateMachine: MACHINE })).toBe(`--state-machine ${MACHINE}`);
  expect(words({ stack: 'A b', profile: 'p', region: 'eu-west-1' })).toBe(
    "--stack 'A b' --profile p --region eu-west-1",
  );
  expect(words({ local: "it's" })).toBe("--local 'it'\\''s'");
});

test('the words of a line to paste leave out what a variable says', () => {
  const options = { stateMachine: MACHINE, region: 'eu-west-1' };
  const same = deploymentWords(namedDeployment(options, VARIABLES), options, VARIABLES);
  expect(same).toBe('--region eu-west-1');
  const other = { stack: 'SparseFanout' };
  expect(deploymentWords(namedDeployment(other, VARIABLES), other, VARIABLES)).toBe(
    '--stack SparseFanout',
  );
});
