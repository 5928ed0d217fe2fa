import { createHash, randomBytes } from 'node:crypto';
import {
  AccessDenied,
  type Authorize,
  type Identify,
  type ServiceCall,
} from '#local/authorization.ts';
import type { ConditionContext } from './conditions.ts';
import { parsePolicy, type Statement } from './policy-document.ts';
import {
  type Credentials,
  isMeant,
  type Principal,
  type ResourcePolicy,
  type RoleDescription,
} from './principals.ts';

/** One call that was refused. */
export interface Denial {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly message: string;
}

/** A service that acts by itself, such as EventBridge sending to a queue. */
interface ServiceAction {
  /** Such as `events.amazonaws.com`. */
  readonly service: string;
  /** ARN of the rule, bucket or other resource on whose behalf it acts. */
  readonly sourceArn: string;
  readonly action: string;
  readonly resource: string;
}

/** Decides who may do what. */
export interface Authority {
  readonly identify: Identify;
  readonly authorize: Authorize;
  /** Credentials of the account's own user, who may do all that no resource policy denies. */
  readonly admin: Credentials;
  /**
   * Gives a service credentials of a role.
   * @throws {AccessDenied} the role does not exist, or does not trust the service.
   */
  assumeRole(options: {
    readonly roleArn: string;
    readonly service: string;
    readonly sourceArn: string;
    readonly sessionName: string;
  }): Credentials;
  /**
   * Decides by resource policies alone.
   *
   * @throws {AccessDenied} none allows it, or one denies it.
   */
  authorizeService(call: ServiceAction): void;
  /** Every call refused so far, oldest first. */
  readonly denials: readonly Denial[];
}

interface PolicyOnResource {
  readonly resource: string;
  readonly statements: readonly Statement[];
}

interface Role {
  readonly name: string;
  readonly trust: readonly Statement[];
  readonly statements: readonly Statement[];
}

/** Who wants to do what. */
interface Attempt {
  readonly principal: Principal;
  readonly action: string;
  readonly resource: string;
}

/** An attempt to decide, with the values of its condition keys. */
interface Question extends Attempt {
  readonly context: ConditionContext;
}

/**
 * Decisions that are remembered. There are as many ARNs as objects, so all are forgotten when full.
 */
const CACHED_DECISIONS = 20_000;

/** Why a call is refused, in AWS's words; undefined when it is allowed. */
type Decision = string | undefined;

function isWithin(resource: string, owner: string): boolean {
  return resource === owner || resource.startsWith(`${owner}/`) || resource.startsWith(`${owner}:`);
}

function parseRole({ name, trustPolicy, policies }: RoleDescription): Role {
  return {
    name,
    trust: parsePolicy(trustPolicy, `trust policy of role ${name}`),
    statements: policies.flatMap((policy) => [
      ...parsePolicy(policy.document, `policy ${policy.name} of role ${name}`),
    ]),
  };
}

function servicePrincipal(service: string): Principal {
  return { label: service, id: service, kind: 'service', statements: [] };
}

class PolicyAuthority implements Authority {
  readonly admin: Credentials;
  readonly denials: Denial[] = [];
  readonly #accountId: string;
  readonly #roles: ReadonlyMap<string, Role>;
  readonly #resourcePolicies: readonly PolicyOnResource[];
  readonly #principals = new Map<string, Principal>();
  readonly #secrets = new Map<string, Credentials>();
  readonly #decisions = new Map<string, Decision>();

  constructor(options: AuthorityOptions) {
    this.#accountId = options.accountId;
    this.#roles = new Map(options.roles.map((role) => [role.arn, parseRole(role)]));
    this.#resourcePolicies = options.resourcePolicies.map(({ resource, name, document }) => ({
      resource,
      statements: parsePolicy(document, `policy ${name} of ${resource}`),
    }));
    const arn = `arn:aws:iam::${this.#accountId}:user/local`;
    const user: Principal = { label: arn, id: arn, kind: 'user', statements: [] };
    this.admin = this.#issue(user, options.adminSecret);
  }

  #issue(principal: Principal, secret = randomBytes(30).toString('base64url')): Credentials {
    const digest = createHash('sha256').update(principal.label).digest('hex').toUpperCase();
    const accessKeyId = `AKIA${digest.slice(0, 16)}`;
    const known = this.#secrets.get(accessKeyId);
    if (known) return known;
    const credentials = { accessKeyId, secretAccessKey: secret };
    this.#principals.set(accessKeyId, principal);
    this.#secrets.set(accessKeyId, credentials);
    return credentials;
  }

  readonly identify: Identify = (accessKeyId) => this.#secrets.get(accessKeyId);

  assumeRole: Authority['assumeRole'] = ({ roleArn, service, sourceArn, sessionName }) => {
    const role = this.#roles.get(roleArn);
    const context = { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': this.#accountId };
    const isTrusting = ({ effect, principals, matchesAction, holds }: Statement) =>
      effect === 'Allow' &&
      principals.services.includes(service) &&
      matchesAction('sts:AssumeRole') &&
      holds(context);
    if (!role?.trust.some(isTrusting)) {
      throw this.#denied(
        {
          principal: servicePrincipal(service),
          action: 'sts:AssumeRole',
          resource: roleArn,
        },
        'because the role does not exist or its trust policy does not allow it',
      );
    }
    return this.#issue({
      label: `arn:aws:sts::${this.#accountId}:assumed-role/${role.name}/${sessionName}`,
      id: roleArn,
      kind: 'role',
      statements: role.statements,
    });
  };

  readonly authorize: Authorize = (call) => {
    const principal = this.#principals.get(call.accessKeyId);
    if (!principal) throw new AccessDenied(`the access key ${call.accessKeyId} is not known`);
    const key = JSON.stringify([call.accessKeyId, call.action, call.resource, call.context]);
    const decision = this.#decisions.has(key)
      ? this.#decisions.get(key)
      : this.#remember(key, this.#decide(this.#questionOf(principal, call)));
    if (decision) throw this.#denied({ ...call, principal }, decision);
  };

  authorizeService({ service, sourceArn, action, resource }: ServiceAction): void {
    const principal = servicePrincipal(service);
    const context = {
      'aws:SecureTransport': 'true',
      'aws:SourceArn': sourceArn,
      'aws:SourceAccount': this.#accountId,
    };
    const decision = this.#decide({ principal, action, resource, context });
    if (decision) throw this.#denied({ principal, action, resource }, decision);
  }

  #questionOf(principal: Principal, { action, resource, context }: ServiceCall): Question {
    const own = {
      'aws:PrincipalAccount': this.#accountId,
      'aws:PrincipalArn': principal.id,
      'aws:ResourceAccount': this.#accountId,
    };
    return { principal, action, resource, context: { ...context, ...own } };
  }

  #remember(key: string, decision: Decision): Decision {
    if (this.#decisions.size >= CACHED_DECISIONS) this.#decisions.clear();
    this.#decisions.set(key, decision);
    return decision;
  }

  #decide({ principal, action, resource, context }: Question): Decision {
    const applies = (statement: Statement) =>
      statement.matchesAction(action) &&
      statement.matchesResource(resource) &&
      statement.holds(context);
    const onResource = this.#resourcePolicies
      .filter((policy) => isWithin(resource, policy.resource))
      .flatMap(({ statements }) => statements)
      .filter((statement) => isMeant(statement, principal, this.#accountId))
      .filter(applies);
    if (onResource.some(({ effect }) => effect === 'Deny')) {
      return 'with an explicit deny in a resource-based policy';
    }
    if (principal.kind === 'user') return undefined;
    const ofIdentity = principal.statements.filter(applies);
    if (ofIdentity.some(({ effect }) => effect === 'Deny')) {
      return 'with an explicit deny in an identity-based policy';
    }
    if (onResource.length > 0 || ofIdentity.length > 0) return undefined;
    const basis = principal.kind === 'service' ? 'resource' : 'identity';
    return `because no ${basis}-based policy allows the ${action} action`;
  }

  #denied({ principal, action, resource }: Attempt, reason: string): AccessDenied {
    // S3 puts the ARN in quotes, the other services do not.
    const arn = action.startsWith('s3:') ? `"${resource}"` : resource;
    const message = `User: ${principal.label} is not authorized to perform: ${action} on resource: ${arn} ${reason}`;
    this.denials.push({ principal: principal.label, action, resource, message });
    return new AccessDenied(message);
  }
}

/** What an {@link Authority} decides by. */
export interface AuthorityOptions {
  readonly accountId: string;
  readonly roles: readonly RoleDescription[];
  readonly resourcePolicies: readonly ResourcePolicy[];
  /** Secret access key of the account's own user. @default a random one */
  readonly adminSecret?: string;
}

/**
 * Makes the evaluator of the roles and resource policies of a stack. An explicit deny wins; what no
 * policy allows is denied. All policies are read here, so that one that cannot be evaluated is
 * refused before anything runs.
 *
 * @throws {UnsupportedPolicy} a policy uses an element, operator or condition key that is not
 *   known.
 */
export function createAuthority(options: AuthorityOptions): Authority {
  return new PolicyAuthority(options);
}
