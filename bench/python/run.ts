import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LocalUp } from '#support/local-up.ts';
import { PYTHON_ENVIRONMENTS, pythonOf } from '#support/python/environment.ts';

/**
 * `npm run bench:uploader`: memory that the uploader takes beside a matrix of 1 GB, and how fast it
 * is beside `aws s3 cp` of the same bytes.
 */

const SOURCE_BYTES = 1_000_000_000;

/** Memory that is allowed besides the source: 5 % of its size and 64 MB. */
const allowedBytes = (sourceBytes: number) => 0.05 * sourceBytes + 64e6;

/** Least speed of an upload of CSR, as a part of that of `aws s3 cp`. */
const LEAST_SPEED = 0.8;

/** Turns of each, one after the other, of which the best counts. */
const TURNS = 3;

const AWS_CLI = {
  name: 'aws-cli',
  pythons: ['3.13', '3.12', '3.11', '3.10'],
  requirements: join(import.meta.dirname, 'aws-cli.txt'),
};

const STATE = join(import.meta.dirname, '../../.sparse-fanout');
const SCRIPT = join(import.meta.dirname, 'measure_memory.py');
const UPLOADER_FOLDER = join(import.meta.dirname, '../../python');

interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly extraBytes: number;
  readonly sourceBytes: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** This machine's environment without the variables of AWS. */
const foreign = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));

async function measure(python: string, kind: string, destination: string, up: LocalUp) {
  const env = {
    ...Object.fromEntries(foreign),
    ...up.printed.variables,
    PYTHONPATH: UPLOADER_FOLDER,
  };
  const args = [SCRIPT, kind, String(SOURCE_BYTES), destination];
  const { stdout } = await promisify(execFile)(python, args, { env });
  const measured: Measured = JSON.parse(stdout);
  return measured;
}

/** Seconds that the AWS CLI takes to send a folder. */
async function secondsOfCopy(folder: string, destination: string, up: LocalUp): Promise<number> {
  const python = await pythonOf(AWS_CLI);
  if (python === undefined) throw new Error('no Python was found for the AWS CLI');
  const env = { ...Object.fromEntries(foreign), ...up.printed.variables };
  const args = ['s3', 'cp', '--recursive', '--only-show-errors', folder, destination];
  const started = performance.now();
  await promisify(execFile)(join(python, '../aws'), args, { env });
  return (performance.now() - started) / 1000;
}

/**
 * Where bundles are sent: into the output bucket, because one in the source bucket starts a run,
 * which would take the processor, and 4 GB of disk for its text.
 */
function placeIn({ printed }: LocalUp, name: string): string {
  return `s3://${printed.outputs['OutputBucketName']}/bench/${name}/`;
}

/** Sends the same bundle by the AWS CLI and by the uploader in turn. */
async function compareWithCopy(python: string, folder: string, up: LocalUp): Promise<void> {
  const copies: number[] = [];
  const uploads: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    copies.push(await secondsOfCopy(folder, placeIn(up, `copy-${turn}`), up));
    uploads.push((await measure(python, 'csr', placeIn(up, `upload-${turn}`), up)).seconds);
  }
  const speed = Math.min(...copies) / Math.min(...uploads);
  const [copy, upload] = [copies, uploads].map((all) => all.map((s) => s.toFixed(1)).join(', '));
  console.log(`aws s3 cp ${copy} s, uploader ${upload} s: ${speed.toFixed(2)} of its speed`);
  if (speed < LEAST_SPEED) process.exitCode = 1;
}

function resultLine(what: string, measured: Measured): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const { sourceBytes, extraBytes, seconds, cpuSeconds, versions } = measured;
  const times = `${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU`;
  const bound = `of ${megabytes(allowedBytes(sourceBytes))} allowed`;
  return `${what}: ${megabytes(sourceBytes)} written with ${megabytes(extraBytes)} more, ${bound}; ${times}; ${JSON.stringify(versions)}`;
}

async function measureAll(python: string, directory: string, up: LocalUp): Promise<void> {
  for (const kind of ['csr', 'frame']) {
    const places = {
      'to a folder': join(directory, kind),
      'to S3': placeIn(up, kind),
    };
    for (const [place, destination] of Object.entries(places)) {
      const measured = await measure(python, kind, destination, up);
      console.log(resultLine(`${kind} ${place}`, measured));
      if (measured.extraBytes > allowedBytes(measured.sourceBytes)) process.exitCode = 1;
    }
    if (kind === 'csr') await compareWithCopy(python, join(directory, kind), up);
    await rm(join(directory, kind), { recursive: true });
  }
}

const newest = PYTHON_ENVIRONMENTS.at(-1)!;
const python = await pythonOf(newest);
if (python === undefined) {
  throw new Error(`no Python ${newest.pythons.join(' or ')} was found, the uploader needs one`);
}
await mkdir(STATE, { recursive: true });
const directory = await mkdtemp(join(STATE, 'uploader-'));
const up = await LocalUp.start(join(directory, 'state'));
try {
  await measureAll(python, directory, up);
} finally {
  await up.end('SIGINT');
  await rm(directory, { recursive: true, force: true });
}
