import { describe, expect, it } from 'vitest';
import { PERMANENT_ERRORS, TRANSIENT_ERRORS } from '#core/contract.ts';
import * as errors from '#core/errors.ts';

const names = [...TRANSIENT_ERRORS, ...PERMANENT_ERRORS];

describe('errors', () => {
  it('are each a class of the name that the workflow knows, and no other', () => {
    const classes = Object.keys(errors).filter((name) => name !== 'FanoutError');
    expect(classes.sort()).toEqual([...names].sort());
  });

  it.each(names)('%s says its own name, whatever a minifier makes of its class', (name) => {
    const cause = new Error('cause');
    const classes = { ...errors };
    const error =
      name === 'RequestError' || name === 'ExpectationError'
        ? new classes[name](['one', 'two'], { cause })
        : new classes[name]('one; two', { cause });
    expect(error).toBeInstanceOf(errors.FanoutError);
    expect(error).toMatchObject({ name, message: 'one; two', cause });
  });
});
