import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { synthesizeFull } from './assembly.ts';
import { attempt, ScenarioBroke } from './attempt.ts';
import { exemptionOf } from './aws-only.ts';
import { type Grant, grantsOf, type Template, without } from './grants.ts';
import type { PlayedStack } from './played-stack.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';

let outdir: string;
let template: Template;

beforeAll(async () => {
  outdir = await mkdtemp(join(tmpdir(), 'permissions-test-'));
  template = await synthesizeFull(outdir);
  return () => rm(outdir, { recursive: true });
});

function grantOf(role: string, action: string, resource: string): Grant {
  const found = grantsOf(template).find(
    (grant) => grant.role === role && grant.action === action && grant.resource === resource,
  );
  if (found === undefined) throw new Error(`${role} may not ${action} on ${resource}`);
  return found;
}

it('takes one action on one resource away, and nothing else', () => {
  const before = grantsOf(template);
  const key = ({ role, action, resource }: Grant) => `${role} ${action} ${resource}`;
  for (const grant of before) {
    const left = grantsOf(without(template, grant)).map(key).sort();
    const expected = before.filter((each) => each !== grant).map(key);
    expect(left).toEqual(expected.sort());
  }
});

it.each([
  ['FunctionsPlan', 's3:ListBucket', '<FanoutBucketsOutput.Arn>', 'run'],
  ['FunctionsWrite', 'dynamodb:UpdateItem', '<FanoutLedger.Arn>', 'run'],
  ['FunctionsFinalize', 's3:PutObject', '<FanoutBucketsOutput.Arn>/*/_manifest/*', 'run'],
  ['Workflow', 'states:StartExecution', '<FanoutWorkflowStateMachine>', 'run'],
  ['TriggersEvent', 'states:StartExecution', '<FanoutWorkflowStateMachine>', 'denials'],
])(
  'fails by role, action and resource when %s may not %s',
  async (step, action, resource, seen) => {
    const grant = grantOf(`Fanout${step}Role`, action, resource);
    const made = await attempt(grant, { outdir, template }, SCENARIOS.slice(0, 1));
    expect(made).toMatchObject({ scenario: 'a matrix arrives', seen });
    expect(made.denial).toMatch(
      new RegExp(`/sparsefanout-fanout.*${action} on resource: "?arn:aws:`),
    );
  },
);

it('notices an action that nothing needs', async () => {
  const superfluous = structuredClone(template);
  const { policyId, statement } = grantOf(
    'FanoutFunctionsPlanRole',
    'dynamodb:GetItem',
    '<FanoutLedger.Arn>',
  );
  const policy = superfluous.Resources[policyId];
  policy?.Properties.PolicyDocument.Statement[statement].Action.push('dynamodb:DeleteItem');
  const grant = grantsOf(superfluous).find(({ action }) => action === 'dynamodb:DeleteItem');
  if (grant === undefined) throw new Error('the action was not added');
  const made = await attempt(grant, { outdir, template: superfluous }, SCENARIOS.slice(0, 1));
  expect(made.scenario).toBeUndefined();
  expect(exemptionOf(grant)).toBeUndefined();
});

/** Plays a scenario on a deployment that lacks nothing that the scenario needs. */
async function played(play: Scenario['play']): Promise<unknown> {
  const grant = grantOf('FanoutFunctionsPlanRole', 's3:ListBucket', '<FanoutBucketsOutput.Arn>');
  const patient = { outdir, template, patienceMilliseconds: 200 };
  return await attempt(grant, patient, [{ name: 'the moon is full', play }]).catch(
    (error: unknown) => error,
  );
}

const WITHOUT =
  'scenario "the moon is full", played without FanoutFunctionsPlanRole s3:ListBucket on <FanoutBucketsOutput.Arn>,';

it('names the scenario, the time and what it waited for when that never happens', async () => {
  const never = (stack: PlayedStack) =>
    stack.happens({
      what: 'the tide',
      deniedBefore: stack.deniedCalls(),
      look: () => Promise.resolve(undefined),
    });
  const broke = await played(never);
  expect(broke).toBeInstanceOf(ScenarioBroke);
  expect(broke).toMatchObject({
    message: `${WITHOUT} timed out after 0.2 s of waiting for the tide`,
  });
});

it('names the execution that it waited for when that never ends', async () => {
  const broke = await played(async (stack) => {
    stack.ended = () => Promise.resolve(undefined);
    return (await stack.endOf('arn:aws:states:us-east-1:0:execution:machine:run-1')).cause;
  });
  expect(broke).toMatchObject({
    message: `${WITHOUT} timed out after 0.2 s of waiting for the end of execution run-1`,
  });
});

it('names the scenario that an error of the machine ends', async () => {
  const broke = await played(() => Promise.reject(new TypeError('fetch failed')));
  expect(broke).toMatchObject({
    message: `${WITHOUT} could not go on: TypeError: fetch failed`,
  });
});
