import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { RequestError } from '#core/errors.ts';
import { parseInput } from '#core/schemas/parse-input.ts';

const schema = z.object({ run: z.object({ chunks: z.number() }), name: z.string() });

describe('parseInput', () => {
  it('returns what the schema takes, without what it does not know', () => {
    const input = { run: { chunks: 2 }, name: 'x' };
    expect(parseInput(schema, 'Write', { ...input, more: 1 })).toEqual(input);
  });

  it('fails with every problem, by step and path', () => {
    const parse = () => parseInput(schema, 'Write', { run: { chunks: 'two' } });
    expect(parse).toThrow(RequestError);
    const problems = [
      expect.stringMatching(/^Write did not get what the workflow sends: run\.chunks: ./),
      expect.stringMatching(/^Write did not get what the workflow sends: name: ./),
    ];
    expect(parse).toThrow(expect.objectContaining({ problems }));
  });
});
