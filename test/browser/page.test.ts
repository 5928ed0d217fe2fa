import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPage } from '#cli/page/create-page.ts';
import { Chromium, hasChromium, violations } from '#support/chromium.ts';
import { goldenBytes, storedCsrCases } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';

/** Set to `docs` to make the screenshots of the documents anew. */
const SCREENSHOTS = process.env['SPARSE_FANOUT_SCREENSHOTS'];

const tall = storedCsrCases.find(({ id }) => id === 'tall')!;

describe.skipIf(!hasChromium)('the pages of local up in Chromium', () => {
  let chromium: Chromium;
  let stack: LocalStack;
  let root: string;

  beforeAll(async () => {
    chromium = await Chromium.start();
    stack = await LocalStack.start();
    const page = createPage({
      ...{ s3: stack.s3, dynamo: stack.dynamo, states: stack.states },
      table: stack.output('LedgerTableName'),
      stateMachineArn: stack.output('StateMachineArn'),
      outputBucket: stack.outputBucket,
    });
    root = await stack.cloud.mount(page);
    const source = await stack.putSource('tall', goldenBytes(tall.file));
    const started = await stack.startExecution({ source, chunking: { rows: 100 } });
    await stack.expectSucceeded(started);
    const bad = await stack.putSource('bad', goldenBytes('invalid/index-too-big.npz'));
    await stack.run({ source: bad, chunking: { rows: 1 } });
  }, patience(40_000));
  afterAll(async () => {
    await chromium.close();
    await stack.close();
  });

  it.each(['light', 'dark'] as const)(
    'lead from the executions to report, objects and rows, and hinder nobody: %s',
    async (scheme) => {
      const { page, complaints } = await chromium.load(root, scheme);
      const follow = async (selector: string) => {
        await Promise.all([page.waitForNavigation(), page.click(selector)]);
        expect(await violations(page)).toEqual([]);
        return await page.$eval('h1', (heading) => heading.textContent);
      };
      expect(await violations(page)).toEqual([]);
      if (SCREENSHOTS !== undefined && scheme === 'light') {
        const path = join(SCREENSHOTS, 'page.png') as `${string}.png`;
        await page.screenshot({ path, clip: { x: 0, y: 0, width: 920, height: 250 } });
      }
      expect(await follow('tbody tr:nth-child(2) a[href^="/executions"]')).toMatch(/^Execution/);
      expect(await follow('a[href^="/runs"]')).toMatch(/^Run [0-9a-f]{8}$/);
      expect(await follow('a[href^="/objects"]')).toBe('Objects');
      expect(await follow('a[href*="chunk-000000.csv"]')).toBe('First rows');
      expect(complaints).toEqual([]);
      await page.close();
    },
    patience(20_000),
  );
});
