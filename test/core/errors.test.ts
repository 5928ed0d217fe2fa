import { describe, expect, it } from 'vitest';
import {
  ARRIVAL_ERRORS,
  PERMANENT_ERRORS,
  TIMEOUT_ERRORS,
  TRANSIENT_ERRORS,
} from '#core/contract.ts';
import * as errors from '#core/errors.ts';

const names = [...TRANSIENT_ERRORS, ...TIMEOUT_ERRORS, ...ARRIVAL_ERRORS, ...PERMANENT_ERRORS];

describe('errors', () => {
  it('have exactly the names that the workflow knows', () => {
    const classes = Object.keys(errors).filter((name) => name !== 'FanoutError');
    expect(classes.sort()).toEqual([...names].sort());
  });

  it.each(names)('%s keeps its name when its class is minified', (name) => {
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
