import { expect, test } from 'vitest';
import type { SparseFanoutProps } from '#lib/sparse-fanout.ts';
import { resolved } from '#support/readable-template.ts';
import { resourcesOf, templateOf } from '#support/synthesize.ts';

/** The tags of the state machine, by their keys without `sparse-fanout:`. */
function tagsOf(props: SparseFanoutProps = {}) {
  const machines = resourcesOf(
    templateOf(() => props),
    'AWS::StepFunctions::StateMachine',
  );
  const [machine] = Object.values(machines);
  const { Tags = [] } = resolved(machine?.Properties) as {
    readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  };
  return Object.fromEntries(
    Tags.map(({ Key, Value }) => [Key.replace('sparse-fanout:', ''), Value]),
  );
}

test('the state machine says where its buckets and ledger are, and what starts runs', () => {
  expect(tagsOf()).toEqual({
    'source-bucket': '<FanoutBucketsSource>',
    'output-bucket': '<FanoutBucketsOutput>',
    ledger: expect.stringMatching(/^<FanoutLedger/),
    'trigger-suffixes': '.npz /meta.json',
  });
});

test('it says nothing of triggers where none are', () => {
  expect(Object.keys(tagsOf({ startOnObjects: false })).sort()).toEqual([
    ...['ledger', 'output-bucket', 'source-bucket'],
  ]);
});

test.each<[string, string[], string | undefined, string]>([
  ['in*bound/', ['.npz'], 'in', '.npz'],
  ['in/', ['.n*pz', '.mtx'], 'in/', 'pz .mtx'],
  ['', [''], undefined, 'any'],
  ['a'.repeat(300), ['b'.repeat(200), 'c'.repeat(100)], 'a'.repeat(256), 'any'],
])('the pattern %j, %j is held by one that matches at least as much', (prefix, suffixes, b, e) => {
  const tags = tagsOf({ triggerPrefix: prefix, triggerSuffixes: suffixes });
  expect([tags['trigger-prefix'], tags['trigger-suffixes']]).toEqual([b, e]);
});
