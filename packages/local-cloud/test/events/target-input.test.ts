import { expect, it } from 'vitest';
import { UnsupportedRule } from '#local/events/event-errors.ts';
import { compileTargetInput } from '#local/events/target-input.ts';

const event = { source: 'aws.s3', detail: { object: { key: 'a "b"', size: 3 } } };

it('passes the event untouched when a target says nothing', () => {
  expect(JSON.parse(compileTargetInput({})(event))).toEqual(event);
});

it('passes a constant instead of the event', () => {
  expect(compileTargetInput({ input: '{"x":1}' })(event)).toBe('{"x":1}');
});

it('fills a template from paths, as values and inside texts', () => {
  const input = compileTargetInput({
    transformer: {
      paths: { key: '$.detail.object.key', size: '$.detail.object.size' },
      template: '{"key": <key>, "text": "got <key> of <size>", "size": <size>}',
    },
  })(event);
  expect(JSON.parse(input)).toEqual({ key: 'a "b"', text: 'got a "b" of 3', size: 3 });
});

it('fails at load on a path that is more than a chain of keys', () => {
  const transformer = { paths: { key: '$.detail.*' }, template: '<key>' };
  expect(() => compileTargetInput({ transformer })).toThrow(UnsupportedRule);
});
