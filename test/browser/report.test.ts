import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createArtist } from '#cli/report/charts/draw.ts';
import { reportText } from '#cli/report/report-text.ts';
import type { RunRecord } from '#cli/report/run-record.ts';
import { Chromium, hasChromium, violations } from '#support/chromium.ts';
import { madeUpRecord } from '#support/made-up-run.ts';
import { patience } from '#support/patience.ts';

/** Set to `docs` to make the screenshots of the documents anew. */
const SCREENSHOTS = process.env['SPARSE_FANOUT_SCREENSHOTS'];

/** A terabyte of text. */
const TERABYTE = madeUpRecord({ chunks: 1_863 });

const FAILED: RunRecord = {
  ...madeUpRecord({ chunks: 100 }),
  manifest: undefined,
  execution: { ...TERABYTE.execution!, status: 'FAILED', error: 'States.TaskFailed', cause: 'no' },
  failures: {
    ...{ runId: TERABYTE.runId, stoppedAt: '2026-11-29T11:00:00Z', status: 'FAILED' },
    redrive: 'aws stepfunctions redrive-execution --execution-arn arn:aws:states:…',
    ...{ failedChunks: 1, runningChunks: 1, unlistedChunks: 3 },
    chunks: [
      {
        ...{ index: 7, status: 'failed', tries: 4 },
        error: { name: 'CorruptSourceError', message: 'a <script> in a sentence' },
        reproduce: 'npx sparse-fanout slice s3://in/x.npz --rows 0:10',
      },
      { index: 8, status: 'running', tries: 1, error: null, reproduce: null },
    ],
  },
};

describe.skipIf(!hasChromium)('the report in Chromium', () => {
  let chromium: Chromium;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'report-'));
    chromium = await Chromium.start();
  }, patience(10_000));
  afterAll(async () => {
    await chromium.close();
    await rm(directory, { recursive: true });
  });

  async function urlOf(record: RunRecord): Promise<string> {
    const file = join(directory, `${record.planned}-${record.execution?.status}.html`);
    await writeFile(file, reportText(await createArtist(), record));
    return pathToFileURL(file).href;
  }

  it.each([
    ['light', 'complete', TERABYTE],
    ['dark', 'complete', TERABYTE],
    ['light', 'failed', FAILED],
    ['dark', 'failed', FAILED],
    ['dark', 'large', madeUpRecord({ chunks: 100_000 })],
  ] as const)(
    'loads with one request and hinders nobody: %s, %s',
    async (scheme, name, record) => {
      const url = await urlOf(record);
      const { page, requests, complaints, milliseconds } = await chromium.load(url, scheme);
      expect(requests).toEqual([url]);
      expect(complaints).toEqual([]);
      expect(await violations(page)).toEqual([]);
      console.log(`report ${name}, ${scheme}: loaded in ${Math.round(milliseconds)} ms`);
      if (SCREENSHOTS !== undefined && name === 'complete' && scheme === 'light') {
        const path = join(SCREENSHOTS, 'report.png') as `${string}.png`;
        await page.screenshot({ path, clip: { x: 0, y: 0, width: 920, height: 1_280 } });
      }
      await page.close();
    },
    patience(15_000),
  );

  it(
    'is as wide as a telephone, too',
    async () => {
      const { page } = await chromium.load(await urlOf(FAILED));
      await page.setViewport({ width: 360, height: 700 });
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width).toBeLessThanOrEqual(360);
      await page.close();
    },
    patience(8_000),
  );

  it(
    'prints to PDF',
    async () => {
      const { page } = await chromium.load(await urlOf(TERABYTE), 'dark');
      const pdf = Buffer.from(await page.pdf({ format: 'A4', printBackground: true }));
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      const pages = pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0;
      expect(pages).toBeGreaterThan(1);
      expect(pages).toBeLessThan(10);
      await page.close();
    },
    patience(15_000),
  );
});
