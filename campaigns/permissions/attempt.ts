import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Denial } from '@sparse-fanout/local-cloud/iam/authority.ts';
import { writeVariant } from '#support/assembly-variant.ts';
import { LocalStack } from '#support/local-stack.ts';
import { GONE } from './assembly.ts';
import { type Grant, type Template, without } from './grants.ts';
import { PlayedStack, WaitTimedOut } from './played-stack.ts';
import type { Scenario } from './scenario.ts';

/** How a deployment without one grant went. */
export interface Attempt {
  /** The first scenario that failed; undefined when none did. */
  readonly scenario: string | undefined;
  /** What that scenario reported. */
  readonly failure: string;
  /** The refused call: who, what, on which ARN. */
  readonly denial: string | undefined;
  /**
   * Where the sentence with role, action and resource stands: in the run's own error, or with AWS's
   * calls only.
   */
  readonly seen: 'run' | 'denials' | undefined;
}

/** A scenario neither succeeded nor failed by itself, so nothing is known of the grant. */
export class ScenarioBroke extends Error {
  override readonly name = 'ScenarioBroke';
}

const NOTHING: Attempt = {
  scenario: undefined,
  failure: '',
  denial: undefined,
  seen: undefined,
};

/** Whether the failure says who may not do what on which resource. */
function namesDenial(failure: string, { principal, action, resource }: Denial): boolean {
  return [principal, action, resource].every((part) => failure.includes(part));
}

/** Several calls may have been denied; the failure names the one that ended first. */
function judge(stack: PlayedStack, { roleId, action }: Grant, failed: Attempt): Attempt {
  const denials = stack.cloud.denials.filter(
    ({ action: denied, principal, resource }) =>
      denied === action && principal.includes(roleId.toLowerCase()) && resource !== GONE,
  );
  const [first] = denials;
  if (first === undefined) return failed;
  const inRun = denials.find((denial) => namesDenial(failed.failure, denial));
  return { ...failed, denial: (inRun ?? first).message, seen: inRun ? 'run' : 'denials' };
}

/** @returns what was not as it should be; undefined when everything was. */
async function playOn(
  { name, play }: Scenario,
  stack: PlayedStack,
  { role, action, resource }: Grant,
): Promise<string | undefined> {
  try {
    return await play(stack);
  } catch (cause) {
    const reason = cause instanceof WaitTimedOut ? cause.message : `could not go on: ${cause}`;
    const where = `scenario "${name}", played without ${role} ${action} on ${resource},`;
    throw new ScenarioBroke(`${where} ${reason}`, { cause });
  }
}

/** The scenarios about a grant, then all others. */
function ordered(scenarios: readonly Scenario[], { role, resource }: Grant): readonly Scenario[] {
  const isAbout = ({ about }: Scenario) => about?.test(`${role} ${resource}`) ?? false;
  return [...scenarios.filter(isAbout), ...scenarios.filter((each) => !isAbout(each))];
}

/** The assembly that attempts differ from by one grant. */
export interface Deployed {
  readonly outdir: string;
  readonly template: Template;
  /** The login of its database. @default none: no scenario reaches it */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Time for each thing that a scenario waits for. @default that of `PlayedStack` */
  readonly patienceMilliseconds?: number;
}

/**
 * Deploys the template without one grant and plays the scenarios until one fails.
 *
 * @throws {ScenarioBroke} a scenario timed out, or ended by an error that it does not expect.
 */
export async function attempt(
  grant: Grant,
  { outdir, template, secrets, patienceMilliseconds }: Deployed,
  scenarios: readonly Scenario[],
): Promise<Attempt> {
  const directory = await mkdtemp(join(tmpdir(), 'permissions-'));
  await writeVariant(outdir, JSON.stringify(without(template, grant)), directory);
  const local = await LocalStack.start(directory, undefined, secrets);
  const stack = new PlayedStack(local.cloud, patienceMilliseconds);
  try {
    for (const scenario of ordered(scenarios, grant)) {
      const failure = await playOn(scenario, stack, grant);
      if (failure !== undefined) {
        return judge(stack, grant, { ...NOTHING, scenario: scenario.name, failure });
      }
    }
    return NOTHING;
  } finally {
    stack.destroy();
    await local.close();
    await rm(directory, { recursive: true });
  }
}
