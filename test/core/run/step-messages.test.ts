import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { parseLoadTableInput } from '#core/run/load-table-input.ts';
import { parseScatterTask } from '#core/run/scatter-table-input.ts';
import { parseFinalizeInput, parsePlanInput } from '#core/run/step-messages.ts';
import { parseWriteInput } from '#core/run/write-input.ts';
import { parseWriteTableInput } from '#core/run/write-table-input.ts';
import { headerOf } from '#support/run-header.ts';

const { rows: _, ...run } = headerOf({ rows: 4, nnz: 2, chunks: 2 });
const chunk = { index: 1, rowStart: 2, rowEnd: 4 };

/** What Step Functions does to every input on its way. */
function sent(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('the input of a mapper', () => {
  it('survives the way through the workflow', () => {
    const at = { object: 0, at: 0 };
    const list = { offset: 0, length: 1 };
    const task = { runId: 'a'.repeat(32), chunk: { index: 0, start: at, end: at, list } };
    expect(parseScatterTask(sent(task))).toEqual(task);
    expect(() => parseScatterTask({})).toThrow(/ScatterTable did not get what/);
  });
});

describe('inputs of the steps', () => {
  it('survive the way through the workflow', () => {
    expect(parseWriteInput(sent({ run, chunk }))).toEqual({ run, chunk });
    expect(parseFinalizeInput(sent({ run }))).toEqual({ run });
    const request = { source: 's3://data/x.npz' };
    const input = parsePlanInput(sent({ request, execution: { id: 'arn:execution' } }));
    expect(input).toEqual({ request, executionId: 'arn:execution' });
    const again = sent({ request, pins: 'a/key', execution: { id: 'arn:execution' } });
    expect(parsePlanInput(again)).toMatchObject({ pins: 'a/key' });
  });

  it('survive it for a table, too, and are not taken for those of a matrix', () => {
    const table = {
      ...run,
      facts: {
        ...{ kind: 'table', format: 'csv', objects: 1, bytes: 9, columns: 1 },
        ...{ schema: '0'.repeat(32), engine: 'duckdb-1.5.6' },
      },
      output: { kind: 'table', file: { format: 'jsonl', compression: 'none' } },
      expectedRows: 3,
    };
    const whole = { start: { object: 0, at: 0 }, end: { object: 1, at: 0 } };
    const part = { index: 0, ...whole, list: { offset: 0, length: 9 } };
    const input = { run: table, chunk: part };
    expect(parseWriteTableInput(sent(input))).toEqual(input);
    expect(parseFinalizeInput(sent({ run: table }))).toEqual({ run: table });
    const load = { task: 'chunk', run: { ...table, mode: 'append' }, chunk: part };
    expect(parseLoadTableInput(sent(load))).toEqual(load);
    expect(() => parseLoadTableInput(sent(input))).toThrow(/^LoadTable did not get/);
    expect(() => parseWriteInput(sent(input))).toThrow(RequestError);
    expect(() => parseWriteTableInput(sent({ run, chunk }))).toThrow(/^WriteTable did not get/);
  });

  it.each([
    ['Plan', () => parsePlanInput({ request: {} }), /^Plan .*execution/],
    [
      'Write',
      () => parseWriteInput({ run, chunk: { ...chunk, rowEnd: -1 } }),
      /^Write .*chunk\.rowEnd/,
    ],
    [
      'Write',
      () => parseWriteInput({ run: { ...run, runId: '../x' }, chunk }),
      /^Write .*run\.runId/,
    ],
    ['Finalize', () => parseFinalizeInput(null), /^Finalize did not get/],
  ])('fail by name when %s gets something else', (_, parse, message) => {
    expect(parse).toThrow(RequestError);
    expect(parse).toThrow(message);
  });
});
