import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { parseStageTask } from '#core/sources/stage-task.ts';

const TASK = {
  unit: {
    uri: 's3://b/x.mtx',
    objects: [{ uri: 's3://b/x.mtx', etag: '"1"', versionId: null, size: 9 }],
  },
  job: { round: 'count', index: 0 },
  options: { zeroBased: true },
};

describe('the input of Stage', () => {
  it('is accepted as Plan writes it', () => {
    expect(parseStageTask(structuredClone(TASK))).toEqual(TASK);
    const text = { text: TASK.unit.objects[0]!, job: { round: 'index', index: 0, part: 2 } };
    expect(parseStageTask(structuredClone(text))).toEqual(text);
  });

  it.each([
    ['a unit of no objects', { ...TASK, unit: { ...TASK.unit, objects: [] } }, 'unit.objects'],
    ['an index below zero', { ...TASK, job: { round: 'count', index: -1 } }, 'job.index'],
    ['an unknown option', { ...TASK, options: { shape: [1, 1] } }, 'options'],
    ['a text without its pin', { text: {}, job: TASK.job }, 'text.uri'],
    ['nothing', undefined, 'Stage'],
  ])('fails with %s', (_, input, named) => {
    expect(() => parseStageTask(input)).toThrow(RequestError);
    expect(() => parseStageTask(input)).toThrow(named);
  });
});
