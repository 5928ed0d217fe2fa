import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { LocalUp } from '#support/local-up.ts';

const run = promisify(execFile);

const ROOT = path.join(import.meta.dirname, '../..');

const SCRIPT = `
import io, json, os
import numpy as np, pandas as pd
import sparse_fanout

rows = np.random.default_rng(1).poisson(0.1, (2_000, 50))
frame = pd.DataFrame(rows, columns=[f"word {i}" for i in range(50)]).astype(pd.SparseDtype("int64", 0))
to = f"s3://{os.environ['BUCKET']}/frames/words/"
manifest = sparse_fanout.run(frame, to, machine=os.environ["MACHINE"], request={"chunking": {"rows": 300}})
text = b"".join(chunk.content for chunk in manifest.chunks())
read = pd.read_csv(io.BytesIO(text), header=None, names=frame.columns)
pd.testing.assert_frame_equal(read, pd.DataFrame(rows, columns=frame.columns))
assert text.decode() == frame.to_csv(index=False, header=False)
print(json.dumps({"rows": len(read), "chunks": len(manifest["entries"])}))
`;

/** Installs `python/` and its wheel, and runs a frame through `local up`. */
export async function runFromPython(directory: string, say: (line: string) => void): Promise<void> {
  // A build leaves files beside the sources.
  await cp(path.join(ROOT, 'python'), path.join(directory, 'python'), { recursive: true });
  const environment = path.join(directory, 'environment');
  await run('python3', ['-m', 'venv', environment]);
  const python = path.join(environment, 'bin/python');
  const pip = (...args: string[]) =>
    run(python, ['-m', 'pip', '--quiet', '--disable-pip-version-check', ...args], {
      cwd: directory,
    });
  await pip('wheel', '--no-deps', '--wheel-dir', 'wheels', './python');
  const wheels = await readdir(path.join(directory, 'wheels'));
  await pip('install', './python[pandas,s3]');
  say(`pip install ./python in an empty environment; its wheel is ${wheels.join(', ')}`);
  const up = await LocalUp.start(path.join(directory, 'state'));
  try {
    const { outputs, variables } = up.printed;
    const own = { BUCKET: outputs['SourceBucketName'], MACHINE: outputs['StateMachineArn'] };
    const env = { PATH: process.env['PATH'], ...variables, ...own };
    const { stdout } = await run(python, ['-c', SCRIPT], { env, cwd: directory });
    assert.deepEqual(JSON.parse(stdout), { rows: 2_000, chunks: 7 });
  } finally {
    await up.end('SIGINT');
  }
  say('sparse_fanout.run of a frame through local up gives the rows that pandas has');
}
