import { describe, expect, it } from 'vitest';
import { assertStartsNoRun } from '#core/run/assert-starts-no-run.ts';

const PLACE = { bucket: 'one', prefix: 'out/' };
const TRIGGER = { bucket: 'one', prefix: '', suffixes: ['.npz', '/meta.json'] };

const check = (trigger: object) => () =>
  assertStartsNoRun(PLACE, { kind: 'npz' }, { ...TRIGGER, ...trigger });

describe('an output in the bucket of the trigger', () => {
  it.each([
    ['whose ending is a suffix', {}],
    ['whose ending is the end of a suffix', { suffixes: ['/chunk-000000.npz'] }],
    ['whose ending ends with a suffix', { suffixes: ['npz'] }],
    ['above the prefix of the trigger', { prefix: 'out/data/' }],
    ['below the prefix of the trigger', { prefix: 'o' }],
  ])('is refused %s', (_, trigger) => {
    expect(check(trigger)).toThrow(
      /^output\.format npz makes objects \*\.npz in s3:\/\/one\/out\/, /,
    );
  });

  it('names the suffix, and what to change', () => {
    expect(check({})).toThrow(
      'and each that ends with ".npz" starts a run there; give another output.format, or deploy with another outputBucket, or with triggerSuffixes or a triggerPrefix that outputs do not have',
    );
  });

  it.each([
    ['of another bucket', { bucket: 'two' }],
    ['of other keys', { prefix: 'in/' }],
    ['of other endings', { suffixes: ['.h5ad'] }],
  ])('is written where the trigger is %s', (_, trigger) => {
    expect(check(trigger)).not.toThrow();
  });

  it('is written where nothing starts runs', () => {
    expect(() => assertStartsNoRun(PLACE, { kind: 'npz' }, undefined)).not.toThrow();
  });
});
