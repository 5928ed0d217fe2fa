import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '#core/manifest/manifest.ts';
import { golden, goldenBytes, goldenPath, storedCsrCases } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';

let stack: LocalStack;

beforeAll(async () => {
  stack = await LocalStack.shared();
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Runs a request and returns the SHA-256 of all its chunks in order. */
async function textOf(source: unknown, rows = 17): Promise<string> {
  const limits = { concurrency: 4 };
  const ended = await stack.runToSuccess({ source, chunking: { rows }, limits });
  const manifest: Manifest = JSON.parse((await stack.read(ended.output.manifest)).toString());
  const chunks = await Promise.all(manifest.entries.map(({ url }) => stack.read(url)));
  return sha256(Buffer.concat(chunks));
}

/** Puts the files of a golden folder below a prefix, `meta.json` last; returns the prefix. */
async function putFolder(prefix: string, dir: string): Promise<string> {
  const names = readdirSync(goldenPath(dir)).sort((a, b) =>
    a === 'meta.json' ? 1 : a < b ? -1 : 0,
  );
  let uri = '';
  for (const name of names) {
    uri = await stack.putSource(`${prefix}/${name}`, goldenBytes(`${dir}/${name}`));
  }
  return uri.slice(0, uri.lastIndexOf('/') + 1);
}

const staged = golden.cases.filter((each) => !storedCsrCases.includes(each));

describe('sources that must be staged', () => {
  it.each(staged)(
    '$id is staged and written as pandas writes it',
    async ({ id, file, contract }) => {
      const source = await stack.putSource(`staged/${id}`, goldenBytes(file));
      expect(await textOf(source)).toBe(contract.typed.sha256);
    },
  );

  it.each(golden.later)(
    '$file is written as its own library reads it',
    async ({ file, sha256 }) => {
      const source = await stack.putSource(file, goldenBytes(file));
      expect(await textOf(source)).toBe(sha256);
    },
  );

  it('are staged once for all runs of the same version', async () => {
    const source = await stack.putSource('twice', goldenBytes('inputs/fmt-csc.npz'));
    await textOf(source);
    const before = await stack.keys('_staged/');
    await textOf(source, 5);
    expect(await stack.keys('_staged/')).toEqual(before);
  });

  it('are planned by a dry run, which writes nothing', async () => {
    const source = await stack.putSource('dry', goldenBytes('inputs/fmt-coo-dups.npz'));
    const before = await stack.keys('');
    const ended = await stack.runToSuccess({ source, dryRun: true });
    expect(ended.output).toMatchObject({ decision: 'dry-run', summary: { chunks: 1 } });
    expect(ended.output.summary.staging.jobs).toBeGreaterThan(0);
    expect(await stack.keys('')).toEqual(before);
  });

  it('fail before anything is written below the output where a compressed array is damaged', async () => {
    const bytes = goldenBytes('invalid/crc-broken-deflate.npz');
    const source = await stack.putSource('damaged.npz.bad', bytes);
    const ended = await stack.run({ source });
    expect(ended).toMatchObject({ status: 'FAILED' });
    expect(await stack.keys('damaged')).toEqual([]);
  });
});

describe('sources of several objects', () => {
  it.each(golden.bundles)('$dir is written from its folder', async ({ dir, typed }) => {
    expect(await textOf(await putFolder(`bundles/${basename(dir)}`, dir))).toBe(typed);
  });

  it('start a run by themselves when meta.json arrives', async () => {
    const stateMachineArn = stack.output('StateMachineArn');
    const newest = async () => {
      const command = new ListExecutionsCommand({ stateMachineArn, maxResults: 1 });
      return (await stack.states.send(command)).executions?.[0]?.executionArn ?? '';
    };
    const before = await newest();
    await putFolder('arriving', 'bundles/counts');
    await expect.poll(newest).not.toBe(before);
    const ended = await stack.expectSucceeded(await newest());
    expect(ended.output).toMatchObject({ totals: { rows: 76 } });
    expect(ended.output.manifest).toContain('/arriving/');
  });

  it('are stacked in the order of their keys, whatever the format of each, or of a list', async () => {
    const parts = ['inputs/zip-zip64.npz', 'inputs/zip-deflate-datadesc.npz', 'inputs/npy-v2.npz'];
    const uris: string[] = [];
    for (const [at, file] of parts.entries()) {
      uris.push(await stack.putSource(`parts/${at}.part`, goldenBytes(file)));
    }
    const texts = parts.map((file) => {
      const { contract } = golden.cases.find((each) => each.file === file)!;
      return goldenBytes(contract.typed.file);
    });
    const folder = uris[0]!.slice(0, uris[0]!.lastIndexOf('/') + 1);
    // 48 rows: chunks of 7 begin and end within parts.
    expect(await textOf(folder, 7)).toBe(sha256(Buffer.concat(texts)));
    expect(await textOf({ uris: uris.toReversed() }, 7)).toBe(
      sha256(Buffer.concat(texts.toReversed())),
    );
  });

  it('fail if a part has other columns, before anything is written', async () => {
    await stack.putSource('unlike/1', goldenBytes('inputs/zip-zip64.npz'));
    const uri = await stack.putSource('unlike/2', goldenBytes('inputs/tall.npz'));
    const ended = await stack.run({ source: uri.slice(0, -1) });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'CorruptSourceError' });
    expect(ended.cause).toContain('unlike/2 has columns 4 instead of 7');
    expect(await stack.keys('unlike/')).toEqual([]);
  });
});

it('needs nothing that the roles of the template do not grant', () => {
  expect(stack.cloud.denials).toEqual([]);
});
