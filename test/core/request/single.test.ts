import { describe, expect, it } from 'vitest';
import { parseRequest } from '#core/request/request.ts';

const source = 's3://bucket/x.npz';

function specOf(output: object) {
  return parseRequest({ source, output }).output.spec;
}

describe('output.single', () => {
  it('stands in the spec of texts only where it is true', () => {
    for (const format of [{ format: 'csv' }, { format: 'svmlight', zeroBased: true }]) {
      expect(specOf({ ...format, single: true })).toMatchObject({ single: true });
      expect(specOf({ ...format, single: false })).toEqual(specOf(format));
      expect(specOf(format)).not.toHaveProperty('single');
    }
  });

  it('fails beside append, and names the command that joins chunks', () => {
    const output = { uri: 's3://bucket/x/', mode: 'append', single: true };
    expect(() => parseRequest({ source, output })).toThrow(
      "output.single must be left out where mode is 'append', as no object can grow: append chunks, and join them by the command assemble, got true",
    );
    for (const mode of ['create', 'overwrite']) {
      expect(parseRequest({ source, output: { ...output, mode } }).output.mode).toBe(mode);
    }
  });

  it.each(['npz', 'mtx'])('fails for %s, whose chunks are files of their own', (format) => {
    const output = { format, single: true };
    expect(() => parseRequest({ source, output })).toThrow(
      'output.single must be left out: only texts of lines, such as csv, are whole again when they are joined, got true',
    );
    expect(parseRequest({ source, output: { format, single: false } }).output.spec.kind).toBe(
      format,
    );
  });

  it('fails for anything else than true or false', () => {
    expect(() => specOf({ single: 'yes' })).toThrow('output.single must be true or false');
  });
});
