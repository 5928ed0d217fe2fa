import { Stack } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { CONNECTION_NAME, type PostgresConnections } from '#core/contract.ts';
import { DECRYPT, type Permission, useOf } from './permissions.ts';

/** A PostgreSQL database that requests may name. */
export interface PostgresDatabase {
  /**
   * Of the form that RDS and Aurora give theirs: JSON with `username`, `password`, `host`, `port`
   * and `dbname`; `ca` with the PEM of an authority that Amazon's own bundle does not have.
   */
  readonly secret: ISecret;
  /**
   * Where the functions run that reach it: its subnets need ways to S3, DynamoDB and Secrets
   * Manager. All databases of a construct have the same.
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
  /** @default that of the secret */
  readonly host?: string;
  /** @default that of the secret, or 5432 */
  readonly port?: number;
  /** @default that of the secret */
  readonly database?: string;
  /**
   * Whether TLS is required. Switch it off only for a server on this machine.
   * @default true
   */
  readonly tls?: boolean;
}

/** Databases by the names that requests call them by. */
export type PostgresDatabases = Readonly<Record<string, PostgresDatabase>>;

/** @throws {Error} a name is none that a request could give, or there are several VPCs. */
export function assertPostgres(databases: PostgresDatabases): void {
  for (const name of Object.keys(databases)) {
    if (CONNECTION_NAME.test(name)) continue;
    throw new Error(
      `postgres has ${JSON.stringify(name)}, allowed are names of a letter, then letters, digits, hyphens and underscores, 64 at most`,
    );
  }
  const vpcs = new Set(Object.values(databases).map(({ vpc }) => vpc));
  if (vpcs.size <= 1) return;
  throw new Error(
    `postgres has databases in ${vpcs.size} VPCs (or some in none), but one function reaches them all; give each VPC a construct of its own`,
  );
}

/** Where the functions run that reach the databases; nothing for those outside of VPCs. */
export function networkOf(databases: PostgresDatabases) {
  const [first] = Object.values(databases);
  if (first?.vpc === undefined) return undefined;
  const all = Object.values(databases).flatMap(({ securityGroups = [] }) => securityGroups);
  return {
    vpc: first.vpc,
    ...(first.subnets && { vpcSubnets: first.subnets }),
    ...(all.length > 0 && { securityGroups: [...new Set(all)] }),
  };
}

/** The connections for the environment of a function, as JSON. */
export function connectionsJson(scope: Construct, databases: PostgresDatabases): string {
  const connections: PostgresConnections = Object.fromEntries(
    Object.entries(databases).map(([name, { secret, host, port, database, tls = true }]) => [
      name,
      {
        secretArn: secret.secretFullArn ?? secret.secretArn,
        ...(host !== undefined && { host }),
        ...(port !== undefined && { port }),
        ...(database !== undefined && { database }),
        tls,
      },
    ]),
  );
  return Stack.of(scope).toJsonString(connections);
}

/** A secret that is known by its name alone has six more characters at the end of its ARN. */
function policyArn({ secretFullArn, secretArn }: ISecret): string {
  return secretFullArn ?? `${secretArn}-??????`;
}

/** What a function does that reaches the databases. */
export function reachesDatabases(databases: PostgresDatabases): readonly Permission[] {
  const all = Object.values(databases);
  return [
    {
      reason: 'reads how the databases let it in',
      actions: ['secretsmanager:GetSecretValue'],
      resources: all.map(({ secret }) => policyArn(secret)),
    },
    ...all.flatMap(({ secret }) => useOf(secret.encryptionKey, DECRYPT, 'the secret is encrypted')),
    ...(networkOf(databases) === undefined
      ? []
      : [
          {
            reason: 'Lambda joins the function to its VPC; these actions name no resource',
            actions: [
              'ec2:AssignPrivateIpAddresses',
              'ec2:CreateNetworkInterface',
              'ec2:DeleteNetworkInterface',
              'ec2:DescribeNetworkInterfaces',
              'ec2:DescribeSubnets',
              'ec2:UnassignPrivateIpAddresses',
            ],
            resources: ['*'],
          },
        ]),
  ];
}
