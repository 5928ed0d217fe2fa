import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runShell } from '#test/cli/run-command.ts';

/** Nothing of this machine: no credentials, no Region, no instance that could have them. */
const BARE = [
  `unset \${!AWS_@} \${!SPARSE_FANOUT_@}`,
  'export HOME=/nonexistent AWS_EC2_METADATA_DISABLED=true NO_COLOR=1',
].join('; ');

const KEYS = 'export AWS_ACCESS_KEY_ID=AKID AWS_SECRET_ACCESS_KEY=secret AWS_REGION=eu-west-1';
const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:Machine';

async function failed(line: string) {
  const { code, stderr } = await runShell(`${BARE}; ${line}`);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  return { code, stderr };
}

/** Answers as CloudFormation does, whatever it is asked. */
async function cloudFormation(status: number, body: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return `export AWS_ENDPOINT_URL_CLOUDFORMATION=http://127.0.0.1:${port}`;
}

describe('what is not set up is one sentence and exit code 2:', () => {
  test('no Region', async () => {
    expect(await failed('cli status')).toEqual({
      code: 2,
      stderr:
        'error: AwsSetupError: no Region is set; give --region, set AWS_REGION, or write region into the profile, or give --local <directory> for a local cloud\n',
    });
  });

  test('no credentials', async () => {
    const { code, stderr } = await failed(`cli status --state-machine ${MACHINE}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: AwsSetupError: no credentials of AWS were found \(.*--profile/);
  });

  test('a service that nobody answers, with the keys of a profile', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sparse-fanout-profile-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'config');
    await writeFile(file, '[profile mine]\naws_access_key_id=A\naws_secret_access_key=s\n');
    const setup = `export AWS_CONFIG_FILE=${file} AWS_ENDPOINT_URL_SFN=http://127.0.0.1:9`;
    const line = `cli status --state-machine ${MACHINE} --profile mine`;
    const { code, stderr } = await failed(`${setup}; ${line}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: AwsSetupError: the service cannot be reached .+, or give --local <directory> for a/,
    );
  });

  test('no local cloud on a directory', async () => {
    const { code, stderr } = await failed('cli status --local /nonexistent/state');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: LocalCloudNotRunning: no local cloud runs on \/nonexistent\/state/,
    );
  });

  test('an ARN that is none', async () => {
    const { code, stderr } = await failed('cli status --state-machine Machine');
    expect(code).toBe(2);
    expect(stderr).toMatch(/looks like arn:aws:states:.*, got "Machine"/);
  });

  test('two deployments', async () => {
    const { code, stderr } = await failed('cli status --stack A --local b');
    expect(code).toBe(2);
    expect(stderr).toContain("'--stack <name>' cannot be used with option '--local");
  });
});

describe('a stack', () => {
  test('that does not exist is named with its Region', async () => {
    const error = 'Stack with id Mine does not exist';
    const endpoint = await cloudFormation(
      400,
      `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>ValidationError</Code><Message>${error}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
    );
    const { code, stderr } = await failed(`${KEYS}; ${endpoint}; cli status --stack Mine`);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'error: UsageError: there is no stack Mine in eu-west-1; name the deployment by --stack, --state-machine or --local\n',
    );
  });

  test('says where its state machine is', async () => {
    const output = `<member><OutputKey>StateMachineArn</OutputKey><OutputValue>${MACHINE}</OutputValue></member>`;
    const endpoint = await cloudFormation(
      200,
      `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackName>SparseFanout</StackName><Outputs>${output}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    );
    // The next call is to Step Functions, where nobody answers.
    const states = 'export AWS_ENDPOINT_URL_SFN=http://127.0.0.1:9';
    const { code, stderr } = await failed(`${KEYS}; ${endpoint}; ${states}; cli status`);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: AwsSetupError: the service cannot be reached \(.*127\.0\.0\.1:9/,
    );
  });
});
