import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { parsePlanLine, planLine } from '#core/run/plan-line.ts';

const chunk = { index: 1, rowStart: 2, rowEnd: 4 };

describe('planLine', () => {
  it('is one line of JSON that parses back', () => {
    const line = planLine(chunk);
    expect(line).toMatch(/^\{.*\}\n$/);
    expect(parsePlanLine(line)).toEqual(chunk);
  });

  it('fails to parse from anything else', () => {
    expect(() => parsePlanLine('{"index":0}')).toThrow(RequestError);
  });
});
