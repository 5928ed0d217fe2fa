import { SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { GivenNetwork } from './network.ts';

/** A network in the context. */
interface GivenIds {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds?: readonly string[];
}

const FIELDS = ['vpcId', 'subnetIds', 'securityGroupIds'];

function isTexts(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string')
  );
}

function isIds(given: unknown): given is GivenIds {
  if (typeof given !== 'object' || given === null) return false;
  const { vpcId, subnetIds, securityGroupIds = ['none'] }: Partial<GivenIds> = given;
  const isKnown = Object.keys(given).every((name) => FIELDS.includes(name));
  return isKnown && typeof vpcId === 'string' && isTexts(subnetIds) && isTexts(securityGroupIds);
}

/** @throws {Error} the text is no JSON of a network. */
function parsed(text: string): GivenIds {
  try {
    const given: unknown = JSON.parse(text);
    if (isIds(given)) return given;
  } catch {
    // Said below.
  }
  throw new Error(
    `vpc is ${text}, allowed is JSON with vpcId, subnetIds and, if you like, securityGroupIds, such as {"vpcId":"vpc-1","subnetIds":["subnet-1","subnet-2"]}`,
  );
}

/**
 * The network that the context of the app names, which is there already.
 *
 * @throws {Error} the text is no JSON of a network.
 */
export function givenNetwork(scope: Construct, text: string | undefined): GivenNetwork | undefined {
  if (text === undefined) return undefined;
  const { vpcId, subnetIds, securityGroupIds = [] } = parsed(text);
  const own = new Construct(scope, 'Network');
  // Its subnets are given one by one.
  const vpc = Vpc.fromVpcAttributes(own, 'Vpc', { vpcId, availabilityZones: ['any'] });
  return {
    vpc,
    subnets: { subnets: subnetIds.map((id) => Subnet.fromSubnetId(own, id, id)) },
    securityGroups: securityGroupIds.map((id) => SecurityGroup.fromSecurityGroupId(own, id, id)),
  };
}
