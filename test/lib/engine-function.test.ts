import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SFN } from '@aws-sdk/client-sfn';
import { type LocalCloud, startLocalCloud } from '@sparse-fanout/local-cloud';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { DefinitionBody, QueryLanguage, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nativeModules } from '#cli/local/native-modules.ts';
import { ONE_VCPU_MIB } from '#core/contract.ts';
import { EngineLayer } from '#lib/engine-layer.ts';

const HANDLER = `
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@sparse-fanout/engine';

export async function handler() {
  const directory = join(tmpdir(), 'engine');
  const path = join(directory, 'a.parquet');
  const engine = await openEngine({ directory, memoryBytes: 200e6 });
  const [row] = await engine.runSelect({ text: 'SELECT 42 AS answer' });
  const file = { path, format: 'parquet', compression: 'zstd', rowGroupRows: 2048 };
  const { rows } = await engine.writeSelect({ text: 'SELECT range AS n FROM range(1000)' }, file);
  const refused = await engine.runSelect({ text: "SELECT * FROM read_text('/etc/hostname')" })
    .catch(({ name, kind }) => ({ name, kind }));
  engine.close();
  return { ...row, rows, magic: (await readFile(path)).toString('latin1', 0, 4), refused };
}
`;

/** As the functions of the stack are bundled. */
async function bundle(outfile: string): Promise<void> {
  await build({
    stdin: { contents: HANDLER, resolveDir: import.meta.dirname, loader: 'ts' },
    ...{ bundle: true, platform: 'node', format: 'esm', minify: true, outfile },
    banner: {
      js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    },
  });
}

/** A stack of one function, with or without the layer, and a state machine that invokes it. */
function synthesize(code: string, layered: boolean, outdir: string): string {
  const stack = new Stack(new App({ outdir }), 'Small');
  const work = new LambdaFunction(stack, 'Work', {
    code: Code.fromAsset(code),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: ONE_VCPU_MIB,
    layers: layered ? [new EngineLayer(stack, 'Engine')] : [],
  });
  const machine = new StateMachine(stack, 'Machine', {
    queryLanguage: QueryLanguage.JSONATA,
    definitionBody: DefinitionBody.fromChainable(
      LambdaInvoke.jsonata(stack, 'Invoke', {
        lambdaFunction: work,
        outputs: '{% $states.result.Payload %}',
        retryOnServiceExceptions: false,
      }),
    ),
  });
  new CfnOutput(stack, 'MachineArn', { value: machine.stateMachineArn });
  return (stack.node.root as App).synth().directory;
}

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'engine-function-'));
  await bundle(join(root, 'code/index.mjs'));
});

afterAll(async () => {
  await rm(root, { recursive: true });
});

async function outcome(cloud: LocalCloud) {
  const requestHandler = { httpsAgent: { ca: cloud.caPem } };
  const { region, credentials, endpoints, outputs } = cloud;
  const states = new SFN({ region, credentials, requestHandler, endpoint: endpoints.states });
  const stateMachineArn = outputs['MachineArn'];
  const { executionArn } = await states.startExecution({ stateMachineArn });
  for (;;) {
    const execution = await states.describeExecution({ executionArn });
    if (execution.status !== 'RUNNING') return execution;
  }
}

async function run(layered: boolean) {
  const assemblyDirectory = synthesize(join(root, 'code'), layered, join(root, `out-${layered}`));
  const stateDirectory = join(root, `state-${layered}`);
  const site = { assemblyDirectory, stateDirectory, nativeModules: nativeModules() };
  const cloud = await startLocalCloud(site);
  try {
    return await outcome(cloud);
  } finally {
    await cloud.close();
  }
}

it('runs the engine from its layer in a bundle that holds nothing of it', async () => {
  expect((await stat(join(root, 'code/index.mjs'))).size).toBeLessThan(40_000);
  const { status, output, cause } = await run(true);
  expect({ status, cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
  expect(JSON.parse(output ?? '')).toEqual({
    ...{ answer: 42, rows: 1000, magic: 'PAR1' },
    refused: { name: 'EngineError', kind: 'refused' },
  });
}, 60_000);

it('finds no engine without the layer', async () => {
  const { status, cause } = await run(false);
  expect(status).toBe('FAILED');
  expect(cause).toContain("Cannot find module '@duckdb/node-api'");
}, 60_000);
