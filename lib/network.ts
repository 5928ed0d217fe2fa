import {
  type ISecurityGroup,
  type IVpc,
  SecurityGroup,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/** A network as it is given. */
export interface GivenNetwork {
  readonly vpc: IVpc;
  readonly subnets?: SubnetSelection | undefined;
  readonly securityGroups: readonly ISecurityGroup[];
}

/** Where a function runs, as the CDK has it. */
export interface FunctionNetwork {
  readonly vpc: IVpc;
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups: ISecurityGroup[];
}

/** Where functions run; they share a new security group where none is given. */
export function functionNetwork(scope: Construct, given: GivenNetwork): FunctionNetwork {
  const { vpc, subnets, securityGroups } = given;
  const own = () => [new SecurityGroup(scope, 'SecurityGroup', { vpc })];
  return {
    vpc,
    ...(subnets && { vpcSubnets: subnets }),
    securityGroups: securityGroups.length > 0 ? [...securityGroups] : own(),
  };
}
