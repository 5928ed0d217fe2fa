import { readable, resolved } from '#test/support/readable-template.ts';

/** One statement of a policy in a template; values may be intrinsic functions. */
interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** The part of a template that is looked at. */
export interface Template {
  readonly Resources: Readonly<
    // biome-ignore lint/suspicious/noExplicitAny: properties of any resource type
    Record<string, { readonly Type: string; readonly Properties: any }>
  >;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

/** One action that one role may take on one resource. */
export interface Grant {
  /** Logical id without its hash, as all ids here. */
  readonly role: string;
  /** Logical id of the role, with its hash. */
  readonly roleId: string;
  readonly action: string;
  /** Such as `<FanoutBucketsOutput.Arn>/…/data/*`. */
  readonly resource: string;
  /** Where it is written: logical id of the policy, and the statement's place in it. */
  readonly policyId: string;
  readonly statement: number;
}

function listed<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

function text(resource: unknown): string {
  return String(resolved(resource));
}

/** Every action that the policies of the template allow its roles, resource by resource. */
export function grantsOf({ Resources }: Template): readonly Grant[] {
  const policies = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::IAM::Policy');
  return policies.flatMap(([policyId, { Properties }]) => {
    const statements: readonly Statement[] = Properties.PolicyDocument.Statement;
    const roleIds: readonly string[] = Properties.Roles.map(({ Ref }: { Ref: string }) => Ref);
    return statements.flatMap(({ Action, Resource }, statement) =>
      roleIds.flatMap((roleId) =>
        listed(Action).flatMap((action) =>
          listed(Resource).map((resource) => ({
            ...{ role: readable(roleId), roleId, action, resource: text(resource) },
            ...{ policyId, statement },
          })),
        ),
      ),
    );
  });
}

/** The statements that are left of one when an action on one of its resources is taken away. */
function reduced(statement: Statement, { action, resource }: Grant): readonly Statement[] {
  const resources = listed(statement.Resource);
  return [
    { ...statement, Action: listed(statement.Action).filter((each) => each !== action) },
    {
      ...statement,
      Action: [action],
      Resource: resources.filter((each) => text(each) !== resource),
    },
  ].filter(({ Action, Resource }) => Action.length > 0 && listed(Resource).length > 0);
}

/** A copy of the template in which one grant is missing. */
export function without(template: Template, grant: Grant): Template {
  const copy = structuredClone(template);
  const document = copy.Resources[grant.policyId]?.Properties.PolicyDocument;
  document.Statement = document.Statement.flatMap((statement: Statement, at: number) =>
    at === grant.statement ? reduced(statement, grant) : [statement],
  );
  return copy;
}
