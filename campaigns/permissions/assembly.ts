import { readFile } from 'node:fs/promises';
import { App } from 'aws-cdk-lib';
import { type GivenDatabases, postgresContext } from '#cli/options/postgres-option.ts';
import { SparseFanoutStack } from '#lib/sparse-fanout-stack.ts';
import { templateText } from '#support/assembly-variant.ts';
import type { Template } from './grants.ts';

/** Name of the source bucket, so that the schedule's request can name it. */
export const SOURCES = 'permission-sources';

/** Key of the source that the schedule exports. */
export const NIGHTLY = 'nightly';

/**
 * A state machine that does not exist. Rules and schedules cannot start it, so their messages go to
 * the queue.
 */
export const GONE = 'arn:aws:states:us-east-1:000000000000:stateMachine:gone';

/** Schedules of the deployed template: one that starts a run, one whose target is gone. */
export const SCHEDULES = { nightly: 'nightly', stray: 'stray' } as const;

/** Output that holds the ARN of the schedules' dead-letter queue. */
export const DEAD_LETTERS = 'DeadLettersArn';

const STACK = 'SparseFanout';

/**
 * Step Functions retries a role that may not invoke a function like any failure of Lambda; here
 * after one second.
 */
function hasten(template: Template): Template {
  const text = JSON.stringify(template)
    .replaceAll(/(?<=IntervalSeconds\\+":)\d+/g, '1')
    .replaceAll(/(?<=MaxDelaySeconds\\+":)\d+/g, '2');
  return JSON.parse(text);
}

/**
 * Adds a target to every rule that can never be reached, with the dead-letter queue of the others.
 */
function addStrayTargets(resources: Template['Resources']): void {
  const rules = Object.values(resources).filter(({ Type }) => Type === 'AWS::Events::Rule');
  const targets = rules.flatMap(({ Properties }) => Properties.Targets);
  const { RoleArn } = targets.find((target) => target.RoleArn !== undefined);
  for (const { Properties } of rules) {
    const [{ DeadLetterConfig }] = Properties.Targets;
    Properties.Targets.push({ Id: 'Stray', Arn: GONE, RoleArn, DeadLetterConfig });
  }
}

/**
 * Gives names to resources that a scenario must name, and adds targets that nothing can be
 * delivered to.
 */
function prepare(template: Template): Template {
  const { Resources, Outputs } = hasten(template);
  addStrayTargets(Resources);
  const resources = Object.entries(Resources).map(([id, resource]) => {
    const named: Record<string, object> = {
      'AWS::Scheduler::Schedule': { Name: SCHEDULES.nightly },
      ...(id.startsWith('FanoutBucketsSource') && { 'AWS::S3::Bucket': { BucketName: SOURCES } }),
    };
    const { [resource.Type]: name } = named;
    return [id, { ...resource, Properties: { ...resource.Properties, ...name } }] as const;
  });
  const [schedule] = resources.filter(([, { Type }]) => Type === 'AWS::Scheduler::Schedule');
  const stray = structuredClone(schedule?.[1]);
  if (stray === undefined) throw new Error('the template has no schedule');
  stray.Properties.Name = SCHEDULES.stray;
  stray.Properties.Target.Arn = GONE;
  const queueArn = stray.Properties.Target.DeadLetterConfig.Arn;
  return {
    Resources: { ...Object.fromEntries(resources), Stray: stray },
    Outputs: { ...Outputs, [DEAD_LETTERS]: { Value: queueArn } },
  };
}

/** The database of the deployed template, before anybody says where it is. */
const UNKNOWN: GivenDatabases = { main: { secret: '{}', tls: false } };

/**
 * Synthesizes the stack with every option, a schedule, a database and a key of its own into a
 * directory. Takes seconds: the functions are bundled.
 */
export async function synthesizeFull(outdir: string): Promise<Template> {
  const { context } = JSON.parse(await readFile('cdk.json', 'utf8'));
  const app = new App({ outdir, context });
  new SparseFanoutStack(app, STACK, {
    customerKey: 'true',
    schedule: 'rate(1 day)',
    scheduledSource: `s3://${SOURCES}/${NIGHTLY}`,
    transforms: 'clean=examples/clean.mjs',
    postgres: postgresContext(UNKNOWN)!,
  });
  app.synth();
  return prepare(JSON.parse(await templateText(outdir)));
}
