import type { Statement } from './policy-document.ts';

/** An access key and its secret. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A role of the template. Policies are documents as the template gives them, resolved. */
export interface RoleDescription {
  readonly name: string;
  readonly arn: string;
  readonly trustPolicy: unknown;
  readonly policies: readonly { readonly name: string; readonly document: unknown }[];
}

/** The policy of a resource: a bucket, queue, topic or function. */
export interface ResourcePolicy {
  /** ARN of the resource. */
  readonly resource: string;
  readonly name: string;
  readonly document: unknown;
}

/** The caller. */
export interface Principal {
  /** As AWS words it in messages. */
  readonly label: string;
  /** Role ARN, user ARN or service name. */
  readonly id: string;
  readonly kind: 'user' | 'role' | 'service';
  /** Statements of its own policies; none for services. */
  readonly statements: readonly Statement[];
}

/** Whether a statement of a resource policy names this principal, its account or `*`. */
export function isMeant(statement: Statement, principal: Principal, accountId: string): boolean {
  const { everyone, arns, services } = statement.principals;
  if (everyone) return true;
  if (principal.kind === 'service') return services.includes(principal.id);
  if (arns.includes(principal.id)) return true;
  // Naming the account allows nothing by itself: it leaves the decision to the identity policies.
  return (
    statement.effect === 'Deny' &&
    (arns.includes(accountId) || arns.some((arn) => arn.endsWith(`::${accountId}:root`)))
  );
}
