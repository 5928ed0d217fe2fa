import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManifestError } from '#core/errors.ts';
import { listedRuns, wholeManifest } from '#core/manifest/earlier.ts';
import { baseOf } from '#core/manifest/generations.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { readManifest } from '#core/manifest/manifest-text.ts';
import { TotalsBuilder } from '#core/manifest/totals.ts';
import { each, GrowingOutput, type Succession } from '#support/growing-output.ts';

async function expectWhole(output: GrowingOutput): Promise<void> {
  const { generations, replaced, entries } = output;
  const whole = await wholeManifest(output.text, output.read);
  expect({ ...whole, replaced: whole.replaced ?? [] }).toMatchObject({
    generations,
    replaced,
    entries,
  });
  const totals = new TotalsBuilder();
  for (const entry of entries) totals.add(entry);
  expect(whole.totals).toEqual(totals.totals());
  expect([whole.earlier, whole.earlierReplaced]).toEqual([undefined, undefined]);
  const { head } = await readManifest(each(output.text.split('\n')));
  const { length: chunks } = entries;
  expect(baseOf(head)).toEqual({ chunks, rows: chunks, since: generations[0]!.generation });
  const heads = await listedRuns(head, async (links) =>
    links.map((link) => parseManifest(output.texts[link.generation - 1]!)),
  );
  expect(heads).toEqual({ generations, replaced });
}

/** An output whose last manifest links others of both kinds. */
async function linkingOutput(): Promise<GrowingOutput> {
  const output = new GrowingOutput();
  for (const chunks of [300, 1, 300, 1]) await output.add('append', chunks);
  for (let k = 0; k < 300; k += 1) await output.add('append', 1);
  await output.add('overwrite', 300);
  await output.add('append', 2);
  return output;
}

describe('manifests that link earlier ones', () => {
  it('say together what one with all lists would say, after any appends and overwrites', async () => {
    const step = fc.record({
      mode: fc.constantFrom<Succession>('append', 'append', 'append', 'overwrite'),
      chunks: fc.constantFrom(1, 2, 90, 250),
    });
    const steps = fc.array(step, { minLength: 1, maxLength: 14 });
    let linked = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (added) => {
        const output = new GrowingOutput();
        for (const { mode, chunks } of added) {
          await output.add(mode, chunks);
          await expectWhole(output);
        }
        linked += output.links().earlier.length;
      }),
      { numRuns: 40, seed: 5 },
    );
    expect(linked).toBeGreaterThan(10);
  });

  it('go on linking what an overwrite has replaced', async () => {
    const output = await linkingOutput();
    const { earlier, earlierReplaced } = output.links();
    expect(earlier.map(({ first, generation }) => [first, generation])).toEqual([[305, 305]]);
    expect(earlierReplaced.map(({ generation }) => generation)).toEqual([1, 3, 86, 169, 252]);
    await expectWhole(output);
  });

  it('stay small where each run overwrites the one before', async () => {
    const output = new GrowingOutput();
    await output.add('append', 1);
    for (let k = 0; k < 1_500; k += 1) await output.add('overwrite', 1);
    expect(output.links().earlierReplaced).toHaveLength(1);
    expect(Buffer.byteLength(output.text)).toBeLessThan(70_000);
    await expectWhole(output);
  });

  it('are not linked for entries that an overwrite leaves out', async () => {
    const output = new GrowingOutput();
    await output.add('append', 400);
    for (let k = 0; k < 3; k += 1) await output.add('overwrite', 400);
    expect(output.links()).toEqual({ earlier: [], earlierReplaced: [] });
    await expectWhole(output);
  });

  it('are refused where one is missing or changed', async () => {
    const output = await linkingOutput();
    const refused = (read: typeof output.read) => {
      const reading = wholeManifest(output.text, read);
      return expect(reading).rejects;
    };
    const url = 's3://bucket/out/_manifest/manifest-000305.json';
    await refused(async () => undefined).toThrow(ManifestError);
    await refused(async () => undefined).toThrow(`${url} is missing, a later manifest says `);
    const changed = async (generation: number) =>
      (await output.read(generation))!.replace('"etag":"0', '"etag":"1');
    await refused(changed).toThrow(/ bytes and CRC-32 \w+, .*restore the object that was written/);
  });
});
