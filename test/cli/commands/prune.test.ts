import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findUnlisted, prune } from '#cli/prune/prune.ts';
import { s3Output } from '#cli/prune/s3-output.ts';
import { ManifestError, OutputConflictError } from '#core/errors.ts';
import { claimText } from '#core/manifest/place-run.ts';
import { claimKey } from '#core/run/output-keys.ts';
import { BatchedOutput } from '#support/batched-output.ts';
import { goldenPath } from '#support/golden.ts';
import { matrixBatches } from '#support/matrix-batches.ts';
import { planRun, runSteps } from '#support/run-steps.ts';
import { runHere } from '#test/cli/run-command.ts';
import { writeRun } from '#test/cli/write-run.ts';
import { servedBucket } from '#test/served.ts';

const { signal } = new AbortController();
const OVERWRITE = { form: matrixBatches('none'), mode: 'overwrite' } as const;

const { services, bucket } = await servedBucket();

/** An output whose first batch was overwritten by the second, and a third was appended. */
async function replaced(name: string) {
  const output = new BatchedOutput(services, name, OVERWRITE);
  for (const batch of [0, 1]) {
    await runSteps(services, services, await output.request(batch));
  }
  const more = new BatchedOutput(services, name);
  await runSteps(services, services, await more.request(2));
  const at = s3Output(services.s3, `s3://${services.bucket}/${name}/`, signal);
  return { output, more, at };
}

async function keysBelow(prefix: string): Promise<string[]> {
  return Object.keys(await bucket.below(prefix)).sort();
}

const OLD = ['data/chunk-000000.csv', 'data/chunk-000001.csv'];

describe('prune of an output in S3', () => {
  it('finds what was overwritten and what lies beside the chunks, and changes nothing', async () => {
    const { at } = await replaced('found');
    for (const key of ['data-g000002/chunk-000004.csv', 'data-g000002/x', 'data-old/x', 'datax']) {
      await bucket.put(`found/${key}`, Buffer.from('x'));
    }
    const before = await keysBelow('found/');
    const unlisted = await Array.fromAsync(findUnlisted(at), ({ key }) => key);
    expect(unlisted).toEqual(['data-g000002/chunk-000004.csv', 'data-g000002/x', ...OLD]);
    expect(await keysBelow('found/')).toEqual(before);
  });

  it('removes it, and nothing else; the output is whole and goes on', async () => {
    const { output, more, at } = await replaced('removed');
    const content = await output.content();
    const before = await keysBelow('removed/');
    const removed = await Array.fromAsync(prune(at), ({ key }) => key);
    expect(removed).toEqual(OLD);
    const gone = new Set(OLD.map((key) => `removed/${key}`));
    expect(await keysBelow('removed/')).toEqual(before.filter((key) => !gone.has(key)));
    expect(await output.content()).toEqual(content);
    expect(await Array.fromAsync(prune(at))).toEqual([]);
    expect(await runSteps(services, services, await more.request(0))).toBe(4);
  });

  it('accepts the URI of the latest manifest, and a folder without a slash', async () => {
    await replaced('named');
    for (const end of ['', '/', '/_manifest/manifest.json']) {
      const at = s3Output(services.s3, `s3://${services.bucket}/named${end}`, signal);
      expect(await Array.fromAsync(findUnlisted(at), ({ key }) => key)).toEqual(OLD);
    }
  });

  it('fails while a generation is claimed and not finished', async () => {
    const { more, at } = await replaced('claimed');
    const planned = await planRun(services, services, await more.request(1).then(withRows));
    expect(planned.decision).toBe('write');
    for (const pruning of [findUnlisted(at), prune(at)]) {
      const ended = Array.fromAsync(pruning);
      await expect(ended).rejects.toThrow(OutputConflictError);
      await expect(ended).rejects.toThrow(/^generation 4 of s3:.*\/claimed\/ is claimed by \{/);
    }
    expect(await keysBelow('claimed/data/')).toHaveLength(2);
  });

  it('goes on after it broke off; meanwhile no run begins', async () => {
    const { more, at } = await replaced('broken');
    const pruning = prune(at);
    await pruning.next();
    const next = await more.request(1).then(withRows);
    const refused = runSteps(services, services, next);
    await expect(refused).rejects.toThrow(/generation 4 .* by another run \({"prune":/);
    // The process dies here: the claim stays.
    expect(await Array.fromAsync(prune(at))).toEqual([]);
    expect(await runSteps(services, services, next)).toBe(4);
  });

  it('fails where nothing is complete', async () => {
    const at = s3Output(services.s3, `s3://${services.bucket}/nothing/`, signal);
    await expect(Array.fromAsync(findUnlisted(at))).rejects.toThrow(ManifestError);
  });
});

/** Another batch of the same rows. */
function withRows(request: object): object {
  return { ...request, chunking: { rows: 2 } };
}

describe('sparse-fanout prune', () => {
  it('prints and removes files of a directory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'prune-'));
    await writeRun(directory, goldenPath('inputs/dtype-float64.npz'), 7, 'none');
    await writeFile(join(directory, 'data', 'left.csv'), 'abc');
    const found = await runHere(['prune', directory]);
    expect(found).toMatchObject({ code: 0 });
    expect(found.stdout.toString()).toBe(
      'data/left.csv  3 bytes\nobjects that the latest manifest does not list: 1, 3 bytes; --apply removes them\n',
    );
    const applied = await runHere(['prune', directory, '--apply', '--json']);
    expect(JSON.parse(applied.stdout.toString())).toEqual({
      ...{ output: directory, removed: true, objects: 1, bytes: 3 },
      unlisted: [{ key: 'data/left.csv', size: 3 }],
    });
    expect(await readdir(join(directory, 'data'))).not.toContain('left.csv');
    expect(await readdir(join(directory, '_manifest'))).toEqual([
      'manifest-000001.json',
      'manifest.json',
    ]);
    await writeFile(join(directory, claimKey('', 2)), claimText({ runId: 'f'.repeat(32) }));
    const claimed = await runHere(['prune', directory, '--apply']);
    expect(claimed).toMatchObject({ code: 1 });
    expect(claimed.stderr).toMatch(/OutputConflictError: generation 2 of .* is claimed by/);
    await rm(directory, { recursive: true });
    const nothing = await runHere(['prune', directory]);
    expect(nothing.stderr).toMatch(/ManifestError: .* holds no _manifest\/manifest\.json/);
  });
});
