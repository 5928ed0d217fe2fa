import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepVersions } from '#local/lambda/kept-versions.ts';
import { functionIn } from './function-in.ts';

let directory: string;
let root: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kept-versions-'));
  root = join(directory, 'versions');
  await mkdir(join(directory, 'code/lib'), { recursive: true });
  await writeFile(join(directory, 'code/index.mjs'), 'first');
  await writeFile(join(directory, 'code/lib/part.mjs'), 'part');
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:f';

function published(version: number, isRetained = true) {
  const versionArns = [`${ARN}:${version}`];
  const retainedVersionArns = isRetained ? versionArns : [];
  const environment = { VERSION: String(version) };
  return [functionIn(directory, 'f', { versionArns, retainedVersionArns, environment })];
}

describe('a version that is retained', () => {
  test('is kept with its code and settings when another template replaces it', async () => {
    expect(await keepVersions(root, published(1))).toEqual([]);
    await rm(join(directory, 'code'), { recursive: true });
    await mkdir(join(directory, 'code'));
    const [kept, ...others] = await keepVersions(root, published(2));
    expect(others).toEqual([]);
    expect(kept).toMatchObject({
      arn: `${ARN}:1`,
      configuration: { environment: { VERSION: '1' } },
    });
    const { codeDirectory = '' } = kept?.configuration ?? {};
    expect(await readFile(join(codeDirectory, 'index.mjs'), 'utf8')).toBe('first');
    expect(await readFile(join(codeDirectory, 'lib/part.mjs'), 'utf8')).toBe('part');
  });

  test('is the one of the template again when that comes back', async () => {
    await keepVersions(root, published(1));
    await keepVersions(root, published(2));
    const arns = (await keepVersions(root, published(1))).map(({ arn }) => arn);
    expect(arns).toEqual([`${ARN}:2`]);
  });

  test('is gone with its function', async () => {
    await keepVersions(root, published(1));
    expect(await keepVersions(root, [functionIn(directory, 'g', {})])).toEqual([]);
  });

  test('is not found half, if its keeper was killed', async () => {
    await mkdir(join(root, 'f%3A1.new/code'), { recursive: true });
    expect(await keepVersions(root, published(1))).toEqual([]);
    expect(await keepVersions(root, published(2))).toHaveLength(1);
  });
});

test('a version that is not retained is gone with its template', async () => {
  await keepVersions(root, published(1, false));
  expect(await keepVersions(root, published(2))).toEqual([]);
});
