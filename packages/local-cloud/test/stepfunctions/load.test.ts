import { describe, expect, test } from 'vitest';
import { InvalidDefinition, UnsupportedDefinition } from '#local/stepfunctions/errors.ts';
import { loadDefinition } from '#local/stepfunctions/load.ts';
import { map, PASS, task } from './harness.ts';

function load(state: object, fields: object = {}) {
  const machine = { QueryLanguage: 'JSONata', StartAt: 'S', States: { S: state }, ...fields };
  return loadDefinition(JSON.stringify(machine));
}

function refusal(state: object, fields: object = {}): string {
  try {
    load(state, fields);
  } catch (error) {
    if (error instanceof UnsupportedDefinition) return error.by;
    throw error;
  }
  return 'not refused';
}

const reader = (fields: object) => ({
  Resource: 'arn:aws:states:::s3:getObject',
  Arguments: { Bucket: 'b', Key: 'k' },
  ...fields,
});

describe('a definition is refused by the name of what is not implemented', () => {
  const retry = (fields: object) => task('f', { Retry: [{ ErrorEquals: ['E'], ...fields }] });
  test.each<[string, object, object?]>([
    ['QueryLanguage JSONPath', PASS, { QueryLanguage: undefined }],
    ['QueryLanguage JSONPath', { ...PASS, QueryLanguage: 'JSONPath' }],
    ['Type Parallel', { Type: 'Parallel', Branches: [], End: true }],
    ['Version 2.0', PASS, { Version: '2.0' }],
    ['Surprise', PASS, { Surprise: true }],
    ['InputPath', { ...PASS, InputPath: '$.a' }],
    ['ResultPath', { ...PASS, ResultPath: '$.a' }],
    ['HeartbeatSeconds', task('f', { HeartbeatSeconds: 5 })],
    ['Credentials', task('f', { Credentials: {} })],
    [
      'Resource arn:aws:states:::lambda:invoke.waitForTaskToken',
      task('f', { Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' }),
    ],
    [
      'Resource arn:aws:lambda:us-east-1:111111111111:function:f',
      task('f', { Resource: 'arn:aws:lambda:us-east-1:111111111111:function:f' }),
    ],
    ['Arguments.Qualifier', task('f', { Arguments: { FunctionName: 'f', Qualifier: '1' } })],
    ['Retry.JitterStrategy SOME', retry({ JitterStrategy: 'SOME' })],
    ['Retry.Surprise', retry({ Surprise: 1 })],
    [
      'Catch.ResultPath',
      task('f', { Catch: [{ ErrorEquals: ['E'], Next: 'S', ResultPath: '$' }] }),
    ],
    [
      'Choices.Variable',
      { Type: 'Choice', Choices: [{ Condition: true, Next: 'S', Variable: '$' }] },
    ],
    [
      'ItemProcessor.ProcessorConfig.Mode INLINE',
      map(PASS, { ItemProcessor: { StartAt: 'C', States: { C: PASS } } }),
    ],
    [
      'ItemReader.ReaderConfig.InputType CSV',
      map(PASS, { ItemReader: reader({ ReaderConfig: { InputType: 'CSV' } }) }),
    ],
    [
      'ItemReader.ReaderConfig.CSVHeaders',
      map(PASS, { ItemReader: reader({ ReaderConfig: { InputType: 'JSON', CSVHeaders: [] } }) }),
    ],
    [
      'ItemReader.Resource arn:aws:states:::s3:listObjectsV2',
      map(PASS, { ItemReader: reader({ Resource: 'arn:aws:states:::s3:listObjectsV2' }) }),
    ],
    ['ItemsPath', map(PASS, { ItemsPath: '$.a' })],
    ['ToleratedFailureCountPath', map(PASS, { ToleratedFailureCountPath: '$.a' })],
    [
      'ItemBatcher.MaxItemsPerBatchPath',
      map(PASS, { ItemBatcher: { MaxItemsPerBatch: 1, MaxItemsPerBatchPath: '$' } }),
    ],
    [
      'ResultWriter.WriterConfig.Transformation SUM',
      map(PASS, { ResultWriter: { WriterConfig: { Transformation: 'SUM' } } }),
    ],
    [
      'ResultWriter.WriterConfig.OutputType JSONL without Resource',
      map(PASS, { ResultWriter: { WriterConfig: { OutputType: 'JSONL' } } }),
    ],
  ])('fails for %s', (by, state, fields) => {
    expect(refusal(state, fields)).toBe(by);
  });
});

describe('a definition that AWS would reject is invalid', () => {
  test.each<[string, object, object?]>([
    ['neither Next nor End', { Type: 'Pass' }],
    ['both Next and End', { Type: 'Pass', Next: 'S', End: true }],
    ['a Next that is no state', { Type: 'Pass', Next: 'Elsewhere' }],
    ['a StartAt that is no state', PASS, { StartAt: 'Elsewhere' }],
    [
      'a catcher that leads nowhere',
      task('f', { Catch: [{ ErrorEquals: ['E'], Next: 'Nowhere' }] }),
    ],
    ['JSONata that does not parse', { ...PASS, Output: '{% 1 + %}' }],
    ['a task without a function', task('f', { Arguments: { Payload: 1 } })],
    [
      'States.ALL beside another name',
      task('f', { Retry: [{ ErrorEquals: ['States.ALL', 'E'] }] }),
    ],
    [
      'States.ALL before another entry',
      task('f', { Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['E'] }] }),
    ],
    [
      'a timestamp without an offset',
      { Type: 'Wait', Timestamp: '2026-01-01T00:00:00', End: true },
    ],
    [
      'two times to wait',
      { Type: 'Wait', Timestamp: '2026-01-01T00:00:00Z', Seconds: 1, End: true },
    ],
    ['a label of 41 characters', map(PASS, { Label: 'x'.repeat(41) })],
    ['a tolerance of 101 %', map(PASS, { ToleratedFailurePercentage: 101 })],
    ['a writer without a place', map(PASS, { ResultWriter: {} })],
    ['a batcher without a limit', map(PASS, { ItemBatcher: {} })],
    ['a number as text', task('f', { TimeoutSeconds: '5' })],
  ])('fails for %s', (_, state, fields) => {
    expect(() => load(state, fields)).toThrow(InvalidDefinition);
  });

  test('fails for text that is no JSON, and for more than a megabyte', () => {
    expect(() => loadDefinition('{')).toThrow(/INVALID_JSON_DESCRIPTION/);
    expect(() => load(PASS, { Comment: 'x'.repeat(2 ** 20) })).toThrow(/longer than 1048576/);
  });
});

test('comments and a state of its own query language are taken', () => {
  const state = { ...PASS, QueryLanguage: 'JSONata', Comment: 'why' };
  const machine = load(state, { QueryLanguage: 'JSONPath', Comment: 'what', Version: '1.0' });
  expect(machine.states.get('S')).toMatchObject({ type: 'Pass', name: 'S' });
});
