import { readable, resolved } from '#support/readable-template.ts';

/** One statement of a policy in a template; values may be intrinsic functions. */
interface Statement {
  readonly Effect: string;
  readonly Principal?: { readonly Service?: unknown };
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: properties of any resource type
  readonly Properties: any;
}

/** The part of a template that is read. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

/** One action that one role, or a service of AWS, may take on one resource. */
export interface Grant {
  /** Logical id without its hash, as all ids here; or such as `events.amazonaws.com`. */
  readonly role: string;
  /** Logical id of the role, with its hash; or the service again. */
  readonly roleId: string;
  readonly action: string;
  /** Such as `<FanoutBucketsOutput.Arn>/…/data/*`. */
  readonly resource: string;
  /**
   * Where it is written: logical id of the policy or permission, and the statement's place in it.
   */
  readonly policyId: string;
  readonly statement: number;
}

function listed<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

function text(resource: unknown): string {
  return String(resolved(resource));
}

const POLICIES = /^AWS::(IAM::Policy|S3::BucketPolicy|SQS::QueuePolicy|SNS::TopicPolicy)$/;

/**
 * Who gets the grants of a statement: the roles that have its policy, or the services that it
 * names.
 */
function granteesOf({ Principal }: Statement, roles: readonly { Ref: string }[] = []) {
  const services = Principal?.Service === undefined ? [] : listed(Principal.Service).map(text);
  return [...roles.map(({ Ref }) => Ref), ...services];
}

function policyGrants(policyId: string, { Properties }: Resource): readonly Grant[] {
  const statements: readonly Statement[] = Properties.PolicyDocument.Statement;
  return statements.flatMap((source, statement) => {
    if (source.Effect !== 'Allow') return [];
    return granteesOf(source, Properties.Roles).flatMap((roleId) =>
      listed(source.Action).flatMap((action) =>
        listed(source.Resource).map((resource) => ({
          ...{ role: readable(roleId), roleId, action, resource: text(resource) },
          ...{ policyId, statement },
        })),
      ),
    );
  });
}

function permissionGrant(policyId: string, { Properties }: Resource): Grant {
  const { Action: action, Principal: roleId, FunctionName } = Properties;
  const grantee = { role: roleId, roleId, policyId, statement: 0 };
  return { ...grantee, action, resource: text(FunctionName) };
}

/**
 * Every action that the policies of the template allow to its roles and to services, resource by
 * resource.
 */
export function grantsOf({ Resources }: Template): readonly Grant[] {
  return Object.entries(Resources).flatMap(([id, resource]) => {
    if (POLICIES.test(resource.Type)) return policyGrants(id, resource);
    return resource.Type === 'AWS::Lambda::Permission' ? [permissionGrant(id, resource)] : [];
  });
}

/** The statements that remain of one when an action on one of its resources is removed. */
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
  const { Resources, ...rest } = structuredClone(template);
  const { [grant.policyId]: policy, ...others } = Resources;
  const document = policy?.Properties.PolicyDocument;
  if (document === undefined) return { ...rest, Resources: others };
  document.Statement = document.Statement.flatMap((statement: Statement, at: number) =>
    at === grant.statement ? reduced(statement, grant) : [statement],
  );
  return { ...rest, Resources };
}
