import { Aws, Stack } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import {
  CONNECTION_NAME,
  type PostgresConnection,
  type PostgresConnections,
} from '#core/contract.ts';
import type { GivenNetwork } from './network.ts';
import { DECRYPT, type Permission, useOf } from './permissions.ts';

/** Where a database is, and where the functions run that reach it. */
interface DatabasePlace {
  /**
   * Where the functions run that reach it: its subnets need ways to S3 and DynamoDB, and to Secrets
   * Manager where a secret is read. All databases of a construct have the same.
   * @default none: the server is reached from outside
   */
  readonly vpc?: IVpc;
  /** @default the private subnets of the VPC */
  readonly subnets?: SubnetSelection;
  /**
   * Of the functions; that of the database must let them in.
   * @default a new one
   */
  readonly securityGroups?: readonly ISecurityGroup[];
  /** @default that of the secret, or 5432 */
  readonly port?: number;
  /** @default that of the secret, or the name of the user */
  readonly database?: string;
}

/** A PostgreSQL database that requests may name, whose login is a secret. */
interface SecretDatabase extends DatabasePlace {
  readonly auth?: 'secret';
  /**
   * Of the form that RDS and Aurora give theirs: JSON with `username`, `password`, `host`, `port`
   * and `dbname`; `ca` with the PEM of an authority that Amazon's own bundle does not have.
   */
  readonly secret: ISecret;
  /** @default that of the secret */
  readonly host?: string;
  /**
   * Whether TLS is required. Switch it off only for a server on this machine.
   * @default true
   */
  readonly tls?: boolean;
}

/** The same of RDS or Aurora that takes tokens of IAM in place of a password, by TLS alone. */
interface IamDatabase extends DatabasePlace {
  readonly auth: 'iam';
  readonly host: string;
  /** A user of the database that was granted `rds_iam`. */
  readonly user: string;
  /** Of the instance, cluster or proxy: `db-…`, `cluster-…` or `prx-…`. */
  readonly resourceId: string;
}

/** A PostgreSQL database that requests may name. */
export type PostgresDatabase = SecretDatabase | IamDatabase;

/** Databases by the names that requests call them by. */
export type PostgresDatabases = Readonly<Record<string, PostgresDatabase>>;

const RESOURCE_ID = /^(?:db|cluster|prx)-[A-Za-z0-9]+$/;
/** In the resource of a policy these would stand for other users. */
const WILDCARD = /[*?$]/;

/** What is wrong with a login by IAM; undefined if nothing is. */
function iamProblem(database: PostgresDatabase): string | undefined {
  if (database.auth !== 'iam') return undefined;
  const { host, user, resourceId } = database;
  if (!host || !user || WILDCARD.test(user) || !RESOURCE_ID.test(resourceId)) {
    return "is of auth 'iam' and needs host, user without *, ? and $, and resourceId, such as cluster-ABCDEFGHIJKL";
  }
  if ('secret' in database || 'tls' in database) {
    return "is of auth 'iam', which goes by TLS and without a secret; leave secret and tls out";
  }
  return undefined;
}

/**
 * @throws {Error} a name is none that a request could give, a login by IAM is not whole, or there
 * are several VPCs.
 */
export function assertPostgres(databases: PostgresDatabases): void {
  for (const [name, database] of Object.entries(databases)) {
    if (!CONNECTION_NAME.test(name)) {
      throw new Error(
        `postgres has ${JSON.stringify(name)}, allowed are names of a letter, then letters, digits, hyphens and underscores, 64 at most`,
      );
    }
    const problem = iamProblem(database);
    if (problem !== undefined) throw new Error(`postgres: ${name} ${problem}`);
  }
  const vpcs = new Set(Object.values(databases).map(({ vpc }) => vpc));
  if (vpcs.size <= 1) return;
  throw new Error(
    `postgres has databases in ${vpcs.size} VPCs (or some in none), but one function reaches them all; give each VPC a construct of its own`,
  );
}

/** Where the functions run that reach the databases; undefined for those outside of VPCs. */
export function databaseNetwork(databases: PostgresDatabases): GivenNetwork | undefined {
  const [first] = Object.values(databases);
  if (first?.vpc === undefined) return undefined;
  const all = Object.values(databases).flatMap(({ securityGroups = [] }) => securityGroups);
  return { vpc: first.vpc, subnets: first.subnets, securityGroups: [...new Set(all)] };
}

function connectionOf(given: PostgresDatabase): PostgresConnection {
  const { host, port, database } = given;
  const common = {
    ...(port !== undefined && { port }),
    ...(database !== undefined && { database }),
  };
  if (given.auth === 'iam') return { auth: 'iam', host: given.host, user: given.user, ...common };
  const { secret, tls = true } = given;
  const secretArn = secret.secretFullArn ?? secret.secretArn;
  return { secretArn, ...(host !== undefined && { host }), ...common, tls };
}

/** The connections for the environment of a function, as JSON. */
export function connectionsJson(scope: Construct, databases: PostgresDatabases): string {
  const connections: PostgresConnections = Object.fromEntries(
    Object.entries(databases).map(([name, database]) => [name, connectionOf(database)]),
  );
  return Stack.of(scope).toJsonString(connections);
}

/** A secret that is known by its name alone has six more characters at the end of its ARN. */
function policyArn({ secretFullArn, secretArn }: ISecret): string {
  return secretFullArn ?? `${secretArn}-??????`;
}

function readsSecrets(secrets: readonly ISecret[]): readonly Permission[] {
  if (secrets.length === 0) return [];
  return [
    {
      reason: 'reads how the databases let it in',
      actions: ['secretsmanager:GetSecretValue'],
      resources: secrets.map(policyArn),
    },
    ...secrets.flatMap((secret) => useOf(secret.encryptionKey, DECRYPT, 'the secret is encrypted')),
  ];
}

function logsInByTokens(databases: readonly IamDatabase[]): readonly Permission[] {
  if (databases.length === 0) return [];
  const place = `arn:${Aws.PARTITION}:rds-db:${Aws.REGION}:${Aws.ACCOUNT_ID}:dbuser`;
  return [
    {
      reason: 'logs in to the databases as these users, by tokens',
      actions: ['rds-db:connect'],
      resources: databases.map(({ resourceId, user }) => `${place}:${resourceId}/${user}`),
    },
  ];
}

/** What a function does that reaches the databases. */
export function reachesDatabases(databases: PostgresDatabases): readonly Permission[] {
  const all = Object.values(databases);
  const byIam = all.filter((database) => database.auth === 'iam');
  const secrets = all.flatMap((database) => (database.auth === 'iam' ? [] : [database.secret]));
  return [...readsSecrets(secrets), ...logsInByTokens(byIam)];
}
