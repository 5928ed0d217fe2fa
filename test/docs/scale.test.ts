import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { scalePlans, scaleRow, twoLevelsRow } from '#support/scale-plans.ts';

describe('docs/scale.md', async () => {
  const lines = (await readFile('docs/scale.md', 'utf8')).split('\n');

  it('has the plans that the code of the dry run makes', async () => {
    expect(lines).toEqual(expect.arrayContaining((await scalePlans()).map(scaleRow)));
  });

  it('prices two levels', () => {
    const sizes = [0.5e12, 2e12, 10e12];
    expect(lines).toEqual(expect.arrayContaining(sizes.map(twoLevelsRow)));
  });
});
