import { assertTargets } from '#local/events/delivery.ts';
import { type Authority, createAuthority } from '#local/iam/authority.ts';
import { ACCOUNT } from './account.ts';
import { readAssembly } from './assembly.ts';
import { describeResourcePolicies, describeRoles } from './describe-permissions.ts';
import {
  describeBuckets,
  describeFunctions,
  describeRules,
  describeSchedules,
  describeStateMachines,
  describeTables,
} from './describe-services.ts';
import { resolveStack } from './stack.ts';

/**
 * Reads a synthesized assembly and gives all that has to be provisioned. Everything is resolved and
 * checked here, before anything starts. `adminSecret` is the secret access key of the user of the
 * account.
 *
 * @throws {UnsupportedTemplate} a resource, property, function or reference is not known.
 * @throws {UnsupportedPolicy} a policy cannot be evaluated.
 * @throws {UnsupportedRule} a target cannot be called.
 */
export async function readDeployment(assemblyDirectory: string, adminSecret: string) {
  const assembly = await readAssembly(assemblyDirectory);
  const stack = resolveStack(assembly);
  const rules = describeRules(stack);
  const schedules = describeSchedules(stack);
  assertTargets([
    ...rules.flatMap(({ targets }) => targets),
    ...schedules.map(({ target }) => target),
  ]);
  const authority: Authority = createAuthority({
    accountId: ACCOUNT.accountId,
    roles: describeRoles(stack),
    resourcePolicies: describeResourcePolicies(stack),
    adminSecret,
  });
  return {
    authority,
    outputs: stack.outputs,
    notSimulated: stack.notSimulated,
    buckets: describeBuckets(stack),
    tables: describeTables(stack),
    functions: describeFunctions(stack, assembly.assets),
    stateMachines: describeStateMachines(stack),
    rules,
    schedules,
  };
}

/** All that an assembly asks for. */
export type Deployment = Awaited<ReturnType<typeof readDeployment>>;
