import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Denial } from '@sparse-fanout/local-cloud/iam/authority.ts';
import { LocalStack } from '#support/local-stack.ts';
import { GONE, writeVariant } from './assembly.ts';
import { type Grant, type Template, without } from './grants.ts';
import type { Scenario } from './scenarios.ts';

/** How a deployment without one grant went. */
export interface Attempt {
  /** The first scenario that failed; undefined when none did. */
  readonly scenario: string | undefined;
  /** What that scenario told. */
  readonly failure: string;
  /** The refused call: who, what, on which ARN. */
  readonly denial: string | undefined;
  /** Where the sentence with role, action and resource stands: in the run's own error, or with AWS's calls only. */
  readonly seen: 'run' | 'denials' | undefined;
}

const NOTHING: Attempt = {
  scenario: undefined,
  failure: '',
  denial: undefined,
  seen: undefined,
};

/** Whether the failure says who may not do what on which resource. */
function tells(failure: string, { principal, action, resource }: Denial): boolean {
  return [principal, action, resource].every((part) => failure.includes(part));
}

/** Several calls may have been denied; the failure tells of the one that came first to its end. */
function judge(stack: LocalStack, { roleId, action }: Grant, failed: Attempt): Attempt {
  const denials = stack.cloud.denials.filter(
    ({ action: denied, principal, resource }) =>
      denied === action && principal.includes(roleId.toLowerCase()) && resource !== GONE,
  );
  const [first] = denials;
  if (first === undefined) return failed;
  const inRun = denials.find((denial) => tells(failed.failure, denial));
  return { ...failed, denial: (inRun ?? first).message, seen: inRun ? 'run' : 'denials' };
}

/** Deploys the template without one grant and plays the scenarios until one fails. */
export async function attempt(
  grant: Grant,
  from: { readonly outdir: string; readonly template: Template },
  scenarios: readonly Scenario[],
): Promise<Attempt> {
  const directory = await mkdtemp(join(tmpdir(), 'permissions-'));
  await writeVariant(from.outdir, without(from.template, grant), directory);
  const stack = await LocalStack.start(directory);
  try {
    for (const { name, play } of scenarios) {
      const failure = await play(stack);
      if (failure !== undefined)
        return judge(stack, grant, { ...NOTHING, scenario: name, failure });
    }
    return NOTHING;
  } finally {
    await stack.close();
    await rm(directory, { recursive: true });
  }
}
