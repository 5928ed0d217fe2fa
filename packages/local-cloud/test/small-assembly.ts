import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Template values are whatever CloudFormation takes; tests change them in place. */
// biome-ignore lint/suspicious/noExplicitAny: a test reaches into nested template values
type Resources = Record<string, { Type: string; Properties: Record<string, any> }>;

/** A function for the event of an object: stores the number of its bytes, and may then wait. */
const FUNCTION = `
import { S3Client, GetObjectCommand } from '@aws-sdk/client-s3';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
const s3 = new S3Client({});
const dynamodb = new DynamoDBClient({});
export async function handler({ detail: { bucket, object }, lingerMs = 0 }) {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket.name, Key: object.key }));
  const { length } = await Body.transformToByteArray();
  const Item = { id: { S: object.key }, bytes: { N: String(length) }, pid: { N: String(process.pid) } };
  await dynamodb.send(new PutItemCommand({ TableName: process.env.TABLE, Item }));
  await new Promise((resolve) => setTimeout(resolve, lingerMs));
  return { length };
}
`;

/** Bundles the function as the CDK would and gives its directory. */
export async function bundleSmallFunction(directory: string): Promise<string> {
  await build({
    stdin: { contents: FUNCTION, resolveDir: dirname(fileURLToPath(import.meta.url)) },
    bundle: true,
    platform: 'node',
    format: 'esm',
    minify: true,
    outfile: join(directory, 'index.mjs'),
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return directory;
}

const allow = (Action: string | string[], Resource: unknown) => ({
  Effect: 'Allow',
  Action,
  Resource,
});
const policy = (...Statement: unknown[]) => ({ Version: '2012-10-17', Statement });
const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const trust = (Service: string) =>
  policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service } });
const attached = (Roles: string, document: unknown) => ({
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyName: Roles, Roles: [{ Ref: Roles }], PolicyDocument: document },
});
const role = (service: string, statement: unknown) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: trust(service),
    Policies: [{ PolicyName: 'own', PolicyDocument: policy(statement) }],
  },
});

/** A bucket that sends its events and takes HTTPS only, and a table. */
function storage(): Resources {
  return {
    Key: { Type: 'AWS::KMS::Key', Properties: {} },
    Box: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      },
    },
    BoxPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Box' },
        PolicyDocument: policy({
          Effect: 'Deny',
          Action: 's3:*',
          Principal: { AWS: '*' },
          Resource: [arn('Box'), { 'Fn::Join': ['', [arn('Box'), '/*']] }],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      },
    },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    },
  };
}

/** A function that reads the bucket and writes the table. */
function functions(): Resources {
  return {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: { AssumeRolePolicyDocument: trust('lambda.amazonaws.com') },
    },
    RolePolicy: attached(
      'Role',
      policy(
        allow('s3:GetObject', { 'Fn::Sub': `\${Box.Arn}/*` }),
        allow('dynamodb:PutItem', arn('Table')),
      ),
    ),
    Measure: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'assets', S3Key: 'bundle.zip' },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: arn('Role'),
        Timeout: 60,
        Environment: { Variables: { TABLE: { Ref: 'Table' } } },
      },
    },
  };
}

/** A state machine that invokes the function. */
function stateMachines(): Resources {
  return {
    MachineRole: {
      Type: 'AWS::IAM::Role',
      Properties: { AssumeRolePolicyDocument: trust('states.amazonaws.com') },
    },
    MachinePolicy: attached('MachineRole', policy(allow('lambda:InvokeFunction', arn('Measure')))),
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        RoleArn: arn('MachineRole'),
        Definition: {
          QueryLanguage: 'JSONata',
          StartAt: 'Measure',
          States: {
            Measure: {
              Type: 'Task',
              Resource: 'arn:aws:states:::lambda:invoke',
              Arguments: { FunctionName: arn('Measure'), Payload: '{% $states.input %}' },
              Output: '{% $states.result.Payload %}',
              End: true,
            },
          },
        },
      },
    },
  };
}

/** A rule on the objects of the bucket, with its dead-letter queue. */
function rules(): Resources {
  return {
    RuleRole: role('events.amazonaws.com', allow('states:StartExecution', { Ref: 'Machine' })),
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: {
          source: ['aws.s3'],
          detail: {
            bucket: { name: [{ Ref: 'Box' }] },
            object: { key: [{ wildcard: 'in/*.txt' }] },
          },
        },
        Targets: [
          {
            Id: 'Machine',
            Arn: { Ref: 'Machine' },
            RoleArn: arn('RuleRole'),
            DeadLetterConfig: { Arn: arn('Letters') },
          },
        ],
      },
    },
    Letters: { Type: 'AWS::SQS::Queue', Properties: {} },
    LettersPolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'Letters' }],
        PolicyDocument: policy({
          ...allow('sqs:SendMessage', arn('Letters')),
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { ArnEquals: { 'aws:SourceArn': arn('Rule') } },
        }),
      },
    },
  };
}

/** A schedule of the state machine. */
function schedules(): Resources {
  return {
    ScheduleRole: role(
      'scheduler.amazonaws.com',
      allow('states:StartExecution', { Ref: 'Machine' }),
    ),
    Nightly: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'cron(0 3 * * ? *)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: { Ref: 'Machine' },
          RoleArn: arn('ScheduleRole'),
          Input: {
            'Fn::Sub': `{"detail":{"bucket":{"name":"\${Box}"},"object":{"key":"at-<aws.scheduler.scheduled-time>.csv"}}}`,
          },
        },
      },
    },
  };
}

/** Bucket → rule → state machine → function → table, with least privilege, and a schedule. */
function smallResources(): Resources {
  return { ...storage(), ...functions(), ...stateMachines(), ...rules(), ...schedules() };
}

/**
 * Writes a cloud assembly of a small stack named `small`, as the CDK lays it out.
 *
 * @param change alters the resources first.
 * @returns the directory.
 */
export async function writeSmallAssembly(
  directory: string,
  bundle: string,
  change: (resources: Resources) => void = () => undefined,
): Promise<string> {
  const Resources = smallResources();
  change(Resources);
  const Outputs = {
    Box: { Value: { Ref: 'Box' } },
    Table: { Value: { Ref: 'Table' } },
    Machine: { Value: { Ref: 'Machine' } },
    LettersArn: { Value: arn('Letters') },
  };
  const files = {
    'manifest.json': {
      artifacts: {
        small: { type: 'aws:cloudformation:stack', properties: { templateFile: 'small.json' } },
        'small.assets': { type: 'cdk:asset-manifest', properties: { file: 'assets.json' } },
      },
    },
    'small.json': { Resources, Outputs },
    'assets.json': {
      files: {
        bundle: {
          source: { path: bundle, packaging: 'zip' },
          destinations: { here: { objectKey: 'bundle.zip' } },
        },
      },
    },
  };
  await mkdir(directory, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(directory, name), JSON.stringify(content));
  }
  return directory;
}
