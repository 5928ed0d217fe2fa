import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  exportRow,
  SCALE_EXPORTS,
  scalePlans,
  scaleRow,
  twoLevelsRow,
} from '#support/scale-plans.ts';

describe('docs/scale.md', async () => {
  const lines = (await readFile('docs/scale.md', 'utf8')).split('\n');

  it('has the plans that the code of the dry run makes', async () => {
    expect(lines).toEqual(expect.arrayContaining((await scalePlans()).map(scaleRow)));
  });

  it.each(['none', 'gzip'] as const)('has what simulate says of exports (%s)', (compression) => {
    const rows = SCALE_EXPORTS.map((each) => exportRow(each, compression));
    expect(lines).toEqual(expect.arrayContaining(rows));
  });

  it('prices two levels', () => {
    const sizes = [0.5e12, 2e12, 10e12];
    expect(lines).toEqual(expect.arrayContaining(sizes.map(twoLevelsRow)));
  });
});
