import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

const PRINTED = `import { peakBytes } from '#support/peak-bytes.ts'; console.log(peakBytes())`;

test('the peak of a process is not that of the one that started it', async () => {
  const held = Buffer.alloc(300e6, 1);
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', PRINTED]);
  expect(Number(stdout)).toBeGreaterThan(20e6);
  expect(Number(stdout)).toBeLessThan(held.length * 0.8);
});
