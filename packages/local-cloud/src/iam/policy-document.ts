import { z } from 'zod';
import { type ConditionTest, compileConditions, wildcard } from './conditions.ts';
import { UnsupportedPolicy } from './iam-errors.ts';

/** Whom a statement of a resource policy is about. */
interface Principals {
  /** Everyone, signed in or not. */
  readonly everyone: boolean;
  /** Role ARNs and account ARNs. */
  readonly arns: readonly string[];
  /** Such as `events.amazonaws.com`. */
  readonly services: readonly string[];
}

/** One statement, compiled. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly principals: Principals;
  readonly matchesAction: (action: string) => boolean;
  readonly matchesResource: (arn: string) => boolean;
  readonly holds: ConditionTest;
}

const oneOrMore = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]));

const conditionValues = z
  .union([z.string(), z.boolean(), z.array(z.union([z.string(), z.boolean()]))])
  .transform((value) => (Array.isArray(value) ? value : [value]).map(String));

// Strict: NotAction, NotResource, NotPrincipal and whatever AWS adds later are refused by name.
const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMore,
  Resource: oneOrMore.default(['*']),
  Principal: z
    .union([
      z.literal('*'),
      z.strictObject({ AWS: oneOrMore.optional(), Service: oneOrMore.optional() }),
    ])
    .optional(),
  Condition: z.record(z.string(), z.record(z.string(), conditionValues)).default({}),
});

const documentSchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: z.string().optional(),
  Statement: z.array(statementSchema),
});

type StatementSource = z.infer<typeof statementSchema>;

/**
 * Services that exist here. A statement that names only other services, such as KMS, decides
 * nothing.
 */
const SIMULATED_SERVICES = new Set([
  '*',
  's3',
  'dynamodb',
  'lambda',
  'secretsmanager',
  'states',
  'sqs',
  'sns',
  'sts',
]);

function concernsSimulatedService({ Action }: StatementSource): boolean {
  return Action.some((action) => SIMULATED_SERVICES.has(action.split(':', 1)[0] ?? ''));
}

function parsePrincipals(principal: StatementSource['Principal']): Principals {
  if (principal === undefined) return { everyone: false, arns: [], services: [] };
  if (principal === '*') return { everyone: true, arns: [], services: [] };
  const arns = principal.AWS ?? [];
  return { everyone: arns.includes('*'), arns, services: principal.Service ?? [] };
}

function anyOf(patterns: readonly string[], flags?: string): (text: string) => boolean {
  const tests = patterns.map((pattern) => wildcard(pattern, flags));
  return (text) => tests.some((test) => test(text));
}

function compileStatement(source: StatementSource, where: string): Statement {
  const variable = source.Resource.find((resource) => resource.includes('${'));
  if (variable)
    throw new UnsupportedPolicy(`${where}: policy variables are not known: ${variable}`);
  return {
    effect: source.Effect,
    principals: parsePrincipals(source.Principal),
    // Actions are matched without regard to case, ARNs with.
    matchesAction: anyOf(source.Action, 'i'),
    matchesResource: anyOf(source.Resource),
    holds: compileConditions(source.Condition, where),
  };
}

/**
 * Reads a policy document; `where` names it in errors.
 *
 * @throws {UnsupportedPolicy} an element, condition operator or condition key is not known.
 */
export function parsePolicy(document: unknown, where: string): readonly Statement[] {
  const parsed = documentSchema.safeParse(document);
  if (!parsed.success) throw new UnsupportedPolicy(`${where}: ${z.prettifyError(parsed.error)}`);
  return parsed.data.Statement.filter(concernsSimulatedService).map((statement) =>
    compileStatement(statement, where),
  );
}
