import { expect, it } from 'vitest';
import { wholeManifest } from '#core/manifest/earlier.ts';
import { GrowingOutput } from '#support/growing-output.ts';
import { patience } from '#support/patience.ts';

const GENERATIONS = 10_000;

/** Lists grow and become a link at least once in so many generations. */
const ROUND = 150;

/** The manifest of a generation and the latest one are the same text. */
const COPIES = 2;

const TIMEOUT = { timeout: patience(60_000) };

it('writes 0.2 MB for one more generation after ten thousand', TIMEOUT, async () => {
  const output = new GrowingOutput();
  for (let k = 0; k < GENERATIONS; k += 1) await output.add('append', 1);
  let most = 0;
  for (let k = 0; k < ROUND; k += 1) {
    await output.add('append', 1);
    most = Math.max(most, COPIES * Buffer.byteLength(output.text));
  }
  expect(most).toBeGreaterThan(150_000);
  expect(most).toBeLessThan(200_000);
  const whole = await wholeManifest(output.text, output.read);
  expect(whole.entries).toHaveLength(GENERATIONS + ROUND);
  expect(COPIES * JSON.stringify(whole).length).toBeGreaterThan(16_000_000);
  await output.add('overwrite', 1);
  expect(COPIES * Buffer.byteLength(output.text)).toBeLessThan(200_000);
});
