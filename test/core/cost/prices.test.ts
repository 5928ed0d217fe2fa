import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PRICE_FILES } from '#core/cost/prices/files.ts';
import { PriceFileError, parsePrices } from '#core/cost/prices/price-file.ts';
import { PRICED_SERVICES, pricesFromLists } from '#core/cost/prices/price-list.ts';
import { ageInDays, PRICES, planPrices } from '#core/cost/prices.ts';

const FOLDER = 'core/cost/prices';
const LISTS = 'test/fixtures/price-list';

const day = (text: string) => new Date(`${text}T12:00:00Z`);

describe('the files of prices', () => {
  it('are all listed, sound, and named after their Regions', async () => {
    const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'));
    expect(PRICE_FILES.map(({ region }) => `${region}.json`).toSorted()).toEqual(names.sort());
    for (const name of names) {
      const { region } = parsePrices(await readFile(join(FOLDER, name), 'utf8'), name);
      expect(`${region}.json`).toBe(name);
    }
  });

  it.each([
    ['{', /^mine\.json is no JSON file of prices \(.+\); the command prices writes one$/],
    ['[]', /^mine\.json is no file of prices: its content must be /],
    [JSON.stringify({ ...PRICES, s3Put: -1 }), /s3Put must be dollars a unit, above 0/],
    [JSON.stringify({ ...PRICES, region: 'Frankfurt' }), /region must be the name of a Region/],
    [JSON.stringify({ ...PRICES, date: 'May' }), /date must be the day on which/],
    [JSON.stringify({ ...PRICES, s3Put: undefined }), /s3Put must be dollars a unit/],
    [JSON.stringify({ ...PRICES, more: 1 }), /is no file of prices/],
  ])('are refused by a sentence where they are not: %s', (text, sentence) => {
    expect(() => parsePrices(text, 'mine.json')).toThrow(PriceFileError);
    expect(() => parsePrices(text, 'mine.json')).toThrow(sentence);
  });
});

describe('planPrices', () => {
  it('are those of the Region, without a word as long as they are fresh', () => {
    expect(planPrices('us-east-1', day('2026-11-29'))).toEqual({ prices: PRICES, warnings: [] });
    expect(ageInDays(PRICES, day('2026-11-29'))).toBe(28);
    expect(ageInDays(PRICES, day('2020-01-01'))).toBe(0);
  });

  it('say that they are old after 180 days', () => {
    const { warnings } = planPrices('us-east-1', day('2027-06-01'));
    expect(warnings).toEqual([
      'the prices of us-east-1 are 212 days old; sparse-fanout prices us-east-1 reads them anew',
    ]);
  });

  it('are those of us-east-1 for a Region without a file, and say so', () => {
    const { prices, warnings } = planPrices('eu-north-1', day('2026-11-29'));
    expect(prices).toBe(PRICES);
    expect(warnings).toEqual([
      'there are no prices of eu-north-1 here, so those of us-east-1 were taken; sparse-fanout prices eu-north-1 --out prices.json reads them, and plan --prices takes them',
    ]);
  });
});

describe('pricesFromLists', async () => {
  const files = new Map<string, string>();
  for (const service of PRICED_SERVICES) {
    files.set(service, await readFile(join(LISTS, `${service}.json`), 'utf8'));
  }

  it('finds the first band of each price that is not free', () => {
    expect(pricesFromLists(files, 'us-east-1', PRICES.date)).toEqual(PRICES);
  });

  it('finds usage types that begin with a Region', () => {
    const text = files.get('AWSLambda')!.replaceAll('"Request-ARM"', '"EUC1-Request-ARM"');
    const other = new Map([...files, ['AWSLambda', text]]);
    expect(pricesFromLists(other, 'eu-central-1', PRICES.date).lambdaRequest).toBe(2e-7);
  });

  it('names what is missing', () => {
    const text = files.get('AmazonStates')!.replaceAll('StateTransition"', 'Transition"');
    const other = new Map([...files, ['AmazonStates', text]]);
    expect(() => pricesFromLists(other, 'us-east-1', PRICES.date)).toThrow(
      /^the file of AmazonStates has no price of StateTransition/,
    );
    for (const bad of ['{}', 'no JSON']) {
      const damaged = new Map([...files, ['AmazonS3', bad]]);
      expect(() => pricesFromLists(damaged, 'us-east-1', PRICES.date)).toThrow(
        /^the file of AmazonS3 is no Price List file of one Region/,
      );
    }
    expect(() => pricesFromLists(new Map(), 'us-east-1', PRICES.date)).toThrow(PriceFileError);
  });
});
