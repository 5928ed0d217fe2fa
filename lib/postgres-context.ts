import { type ISecurityGroup, SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { PostgresDatabase, PostgresDatabases } from './postgres.ts';

/** Fields of a database in the context, and the kind of each. */
const FIELDS = {
  secretName: 'string',
  secretArn: 'string',
  auth: 'string',
  user: 'string',
  resourceId: 'string',
  vpcId: 'string',
  subnetIds: 'list',
  securityGroupIds: 'list',
  host: 'string',
  port: 'number',
  database: 'string',
  tls: 'boolean',
} as const;

/** A database in the context. */
interface GivenDatabase {
  readonly secretName?: string;
  readonly secretArn?: string;
  readonly auth?: string;
  readonly user?: string;
  readonly resourceId?: string;
  readonly vpcId?: string;
  readonly subnetIds?: readonly string[];
  readonly securityGroupIds?: readonly string[];
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly tls?: boolean;
}

const EXAMPLE = '{"main":{"secretName":"prod/main","vpcId":"vpc-1","subnetIds":["subnet-1"]}}';

function isOfKind(value: unknown, kind: (typeof FIELDS)[keyof typeof FIELDS]): boolean {
  if (kind !== 'list') return typeof value === kind;
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** A secret, or what IAM needs. */
function hasLogin({ secretName, secretArn, auth, user, resourceId, host, tls }: GivenDatabase) {
  const secrets = [secretName, secretArn].filter((name) => name !== undefined).length;
  const ofIam = [user, resourceId];
  if (auth !== 'iam') {
    return auth === undefined && secrets === 1 && ofIam.every((each) => each === undefined);
  }
  return secrets === 0 && tls === undefined && [...ofIam, host].every((each) => each);
}

function isDatabase(given: unknown): given is GivenDatabase {
  if (typeof given !== 'object' || given === null) return false;
  const kinds: Readonly<Record<string, (typeof FIELDS)[keyof typeof FIELDS]>> = FIELDS;
  const isKnown = Object.entries(given).every(([name, value]) => {
    const kind = kinds[name];
    return kind !== undefined && isOfKind(value, kind);
  });
  const { vpcId, subnetIds }: GivenDatabase = given;
  return isKnown && hasLogin(given) && (vpcId === undefined) === (subnetIds === undefined);
}

/** @throws {Error} the text has another form. What it holds is not shown. */
function parsed(text: string): Readonly<Record<string, GivenDatabase>> {
  try {
    const databases: unknown = JSON.parse(text);
    if (typeof databases === 'object' && databases !== null) {
      const entries = Object.entries(databases);
      if (entries.every(([, given]) => isDatabase(given))) return Object.fromEntries(entries);
    }
  } catch {
    // Said below.
  }
  throw new Error(
    `postgres is no JSON of databases by their names, each with secretName or secretArn (or auth 'iam', host, user and resourceId), and with vpcId and subnetIds where it is in a VPC; allowed are also securityGroupIds, host, port, database and, with a secret, tls: such as ${EXAMPLE}`,
  );
}

function secretOf(scope: Construct, { secretName, secretArn = '' }: GivenDatabase): ISecret {
  if (secretName !== undefined) return Secret.fromSecretNameV2(scope, 'Secret', secretName);
  return Secret.fromSecretCompleteArn(scope, 'Secret', secretArn);
}

function databaseOf(
  scope: Construct,
  vpc: PostgresDatabase['vpc'],
  given: GivenDatabase,
): PostgresDatabase {
  const { subnetIds = [], securityGroupIds = [], host = '', port, database, tls } = given;
  const subnets = subnetIds.map((id) => Subnet.fromSubnetId(scope, id, id));
  const securityGroups: ISecurityGroup[] = securityGroupIds.map((id) =>
    SecurityGroup.fromSecurityGroupId(scope, id, id),
  );
  const place = {
    ...(vpc && { vpc, subnets: { subnets } }),
    ...(securityGroups.length > 0 && { securityGroups }),
    ...(port !== undefined && { port }),
    ...(database !== undefined && { database }),
  };
  if (given.auth === 'iam') {
    const { user = '', resourceId = '' } = given;
    return { auth: 'iam', host, user, resourceId, ...place };
  }
  return {
    ...{ secret: secretOf(scope, given), ...place },
    ...(given.host !== undefined && { host }),
    ...(tls !== undefined && { tls }),
  };
}

/**
 * The databases that the context of the app names, in VPCs that are there already.
 *
 * @throws {Error} the text is no JSON of databases.
 */
export function postgresDatabases(scope: Construct, text: string | undefined): PostgresDatabases {
  if (text === undefined) return {};
  const parent = new Construct(scope, 'Postgres');
  const vpcs = new Map<string, PostgresDatabase['vpc']>();
  const databases = Object.entries(parsed(text)).map(([name, given]) => {
    const { vpcId } = given;
    const own = new Construct(parent, name);
    if (vpcId !== undefined && !vpcs.has(vpcId)) {
      // Its subnets are given one by one.
      const attributes = { vpcId, availabilityZones: ['any'] };
      vpcs.set(vpcId, Vpc.fromVpcAttributes(own, 'Vpc', attributes));
    }
    const vpc = vpcId === undefined ? undefined : vpcs.get(vpcId);
    return [name, databaseOf(own, vpc, given)] as const;
  });
  return Object.fromEntries(databases);
}
