import { expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { transformFunction } from '#core/tables/run/transform-function.ts';

const arn = 'arn:aws:lambda:us-east-1:1:function:f:12';

it('finds the version that is deployed under a name', () => {
  expect(transformFunction({ lambda: 'clean' }, { clean: arn })).toEqual({
    name: 'clean',
    version: '12',
    arn,
  });
});

it('says outside of a deployment what to do', () => {
  const find = () => transformFunction({ lambda: 'clean' }, undefined);
  expect(find).toThrow(RequestError);
  expect(find).toThrow(/runs in a deployment alone.* leave transform out .* by --transforms$/);
});
