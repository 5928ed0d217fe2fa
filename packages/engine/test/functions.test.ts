import { describe, expect, it } from 'vitest';
import { overInput } from '#engine/engine.ts';
import { bundleFunctions } from '#engine/functions/bundle-functions.ts';
import { answered, EXAMPLE, failed, moduleOf, ofText } from './module-calls.ts';
import { open } from './opened.ts';

describe('functions of a module', () => {
  it('are called for each row, and NULL gives NULL', async () => {
    const text = "SELECT tidy_name(t) FROM (VALUES ('  new  YORK '), (NULL), (' '), ('oslo')) v(t)";
    const module = bundleFunctions('clean', EXAMPLE);
    expect(await answered(module, text)).toEqual(['New York', null, null, 'Oslo']);
    const km =
      'SELECT round(distance_km(52.52, 13.405, 48.8566, 2.3522 + i * 0.0))::INT FROM range(3) r(i)';
    expect(await answered(module, km)).toEqual([877, 877, 877]);
  });

  it('keep their order over many chunks, and every type its value', async () => {
    const types = {
      BOOLEAN: 'i % 2 = 0',
      TINYINT: '(i % 100)::TINYINT',
      SMALLINT: '(i % 1000)::SMALLINT',
      INTEGER: '(-i)::INTEGER',
      BIGINT: '9007199254740993 + i',
      UTINYINT: '(i % 200)::UTINYINT',
      USMALLINT: '(i % 2000)::USMALLINT',
      UINTEGER: '(4294900000 + i % 60000)::UINTEGER',
      UBIGINT: '18446744073709500000::UBIGINT + i::UBIGINT',
      FLOAT: '(i / 8)::FLOAT',
      DOUBLE: 'i / 3.0::DOUBLE',
      VARCHAR: "'ü' || repeat('x', (i % 20)::INTEGER)",
    };
    const module = moduleOf(
      `{ ${Object.keys(types).map((type) => `F_${type}: { parameters: ['${type}'], returns: '${type.toLowerCase()}', apply: (a) => a }`)} }`,
    );
    for (const [type, sql] of Object.entries(types)) {
      const text = `SELECT count(*) FROM (SELECT nullif(${sql}, NULL) AS a, i FROM range(5000) t(i)) WHERE f_${type}(a) IS NOT DISTINCT FROM a`;
      expect([type, await answered(module, text)]).toEqual([type, [5000n]]);
    }
  });

  it('may take NULL, and several arguments', async () => {
    const takes = (parameters: string, apply: string) =>
      moduleOf(
        `{ own: { parameters: [${parameters}], returns: 'VARCHAR', takesNulls: true, apply: ${apply} } }`,
      );
    const three = takes("'VARCHAR', 'INTEGER', 'BOOLEAN'", '(...all) => JSON.stringify(all)');
    const joined = "SELECT own(t, i, NULL) FROM (VALUES (NULL, 1), ('a', 2)) v(t, i)";
    expect(await answered(three, joined)).toEqual(['[null,1,null]', '["a",2,null]']);
    const two = takes("'INTEGER', 'INTEGER'", '(a, b) => [a, b].join()');
    expect(await answered(two, 'SELECT own(NULL, i::INT) FROM range(2) r(i)')).toEqual([
      ',0',
      ',1',
    ]);
  });

  const REFUSED: readonly (readonly [string, string])[] = [
    ['{}', 'exports nothing'],
    ['{ f: (a) => a }', 'exports f, which is not of the form'],
    ["{ f: { parameters: ['VARCHAR'], returns: 'VARCHAR' } }", 'not of the form'],
    ["{ f: { parameters: 'VARCHAR', returns: 'VARCHAR', apply() {} } }", 'not of the form'],
    ["{ f: { parameters: [], returns: 'VARCHAR', apply() {} } }", '0 parameters'],
    ["{ f: { parameters: ['DATE'], returns: 'VARCHAR', apply() {} } }", 'type "DATE"'],
    ["{ f: { parameters: ['VARCHAR'], apply() {} } }", 'type undefined'],
    ["{ 'a b': { parameters: ['VARCHAR'], returns: 'VARCHAR', apply() {} } }", 'a b'],
    ["{ lower: { parameters: ['VARCHAR'], returns: 'VARCHAR', apply() {} } }", 'lower'],
    ["{ coalesce: { parameters: ['VARCHAR'], returns: 'VARCHAR', apply() {} } }", 'coalesce'],
    ["{ select: { parameters: ['VARCHAR'], returns: 'VARCHAR', apply() {} } }", 'select'],
    [
      "{ f: { parameters: ['VARCHAR'], returns: 'VARCHAR', apply() {} }, F: { parameters: ['VARCHAR'], returns: 'VARCHAR', apply() {} } }",
      'f twice',
    ],
    ['new Date()', 'Date is not defined'],
    ['Math.random()', 'not a function'],
    ['process.env', 'process is not defined'],
    ["require('fs')", 'require is not defined'],
    ["fetch('http://localhost')", 'fetch is not defined'],
    ['setTimeout(() => 0)', 'setTimeout is not defined'],
    ["new Function('return 1')()", 'Code generation'],
    ['(() => {}).constructor.constructor("return process")()', 'Code generation'],
    ['Promise.reject(1)', 'Promise is not defined'],
    ['{ f: { get parameters() { for (;;); } } }', 'timed out'],
    ["{ f: { parameters: ['VARCHAR'], returns: 1n, apply() {} } }", 'BigInt'],
    ['(Array.prototype.toJSON = () => 1, { f: 1 })', 'writes JSON'],
    ['(Array.prototype.toJSON = () => [null], { f: 1 })', 'writes JSON'],
    ['(() => { throw { get message() { for (;;); } }; })()', 'what is no error'],
    ['(() => { throw Object.create(new Error("x")); })()', 'what is no error'],
    ['new Intl.Collator()', 'Intl is not defined'],
    ['}', 'no script'],
  ];

  it.each(REFUSED)('are refused: %s', async (exported, named) => {
    const error = await failed(moduleOf(exported), 'SELECT 1', { callMs: 500 });
    expect(error).toMatchObject({ name: 'EngineError', kind: 'contract' });
    expect(error).toHaveProperty('message', expect.stringContaining(named));
  });

  it('fail by name where a module is loaded forever', async () => {
    const error = await failed(moduleOf('(() => { for (;;); })()'), 'SELECT 1', { callMs: 50 });
    expect(error).toMatchObject({
      kind: 'contract',
      message: expect.stringContaining('timed out'),
    });
  });

  const CALL = "SELECT f('a' || i) FROM range(3000) r(i)";

  it('keep a byte order mark at the begin of a text', async () => {
    const module = ofText('(a) => a');
    const text = "SELECT length(f(chr(65279) || t)) FROM (VALUES ('Zürich'), ('ab'), ('')) v(t)";
    expect(await answered(module, text)).toEqual([7n, 3n, 1n]);
  });

  it('never get an error of the host, through which they would reach it', async () => {
    const digging = `(a) => {
      const caught = [];
      const dig = () => {
        try { dig(); } catch {}
        try { callFunctions(); } catch (error) { caught[caught.length] = error; }
      };
      dig();
      for (const error of caught) {
        try { return error.constructor.constructor('return process')().version; } catch {}
      }
      return 'nothing';
    }`;
    expect(await answered(ofText(digging), "SELECT f('a')")).toEqual(['nothing']);
  });

  it('leave an error of the SQL alone that reads as theirs would', async () => {
    const error = await failed(ofText('(a) => a'), "SELECT error('a function of a module failed')");
    expect(error).toMatchObject({ message: expect.stringContaining('a function of a module') });
  });

  it('fail by name where one throws', async () => {
    const module = ofText("(a) => { if (a === 'a2500') throw new RangeError('odd'); return a; }");
    expect(await failed(module, CALL)).toEqual({
      name: 'EngineError',
      kind: 'function',
      message: "the function f throws at f('a2500'): RangeError: odd",
    });
    const rows = await answered(module, CALL.replace("f('a' || i)", "try(f('a' || i))"));
    expect(rows.flatMap((row, at) => (row === null ? [at] : []))).toEqual([2500]);
  });

  it.each([
    ['3', 'the number 3'],
    ['undefined', 'undefined'],
    ['{}', 'a value of type object'],
    ['Symbol.iterator', 'symbol'],
    ['a + "\\ud800"', 'the string'],
  ])('fail by name where one answers another type: %s', async (answer, said) => {
    const error = await failed(ofText(`(a) => (${answer})`), CALL);
    expect(error).toMatchObject({ kind: 'function', message: expect.stringContaining(said) });
  });

  it('fail by name where one never ends, also within try()', async () => {
    const module = ofText("(a) => { while (a === 'a7'); return a; }");
    for (const call of ["f('a' || i)", "try(f('a' || i))"]) {
      const error = await failed(module, CALL.replace("f('a' || i)", call), { callMs: 100 });
      expect(error).toMatchObject({
        kind: 'contract',
        message: expect.stringMatching(/^the function f takes more than 0.1 s .* f\('a7'\)$/),
      });
    }
  });

  it.each([
    ['counts', '(a) => a + n++', 'let n = 0'],
    ['remembers', '(a) => (last = a + (last ?? "").length)', 'let last'],
    [
      'sees what came before',
      '(a) => { seen.add(a); return String(seen.size); }',
      'const seen = new Set()',
    ],
  ])('fail by name where one %s', async (_, apply, before) => {
    const error = await failed(ofText(apply, '', before), CALL, { keepsCalls: true });
    expect(error).toMatchObject({
      kind: 'contract',
      message: expect.stringMatching(/^the function f answers .* and then .* arguments alone$/),
    });
    expect(await failed(ofText(apply, '', before), CALL)).toHaveProperty('rows');
  });

  it('fail by name where the texts of one need more memory than there is', async () => {
    const error = await failed(ofText("(a) => 'x'.repeat(1e6)"), CALL);
    expect(error).toMatchObject({
      kind: 'memory',
      message: expect.stringContaining('the function f answers more than 134217728 characters'),
    });
  });

  it('are called within lists, too', async () => {
    await using opened = await open();
    await opened.engine.addFunctions(ofText("(a) => a + '!'"));
    const text = 'select list_transform(l, lambda t: f(t)) as l from input';
    const input = [{ name: 'l', type: 'VARCHAR[]' }];
    expect(await opened.engine.describeTransform({ text, input })).toEqual(input);
    const rows = await opened.engine.runSelect({
      text: overInput("SELECT ['a', NULL, 'b'] AS l", text),
    });
    expect(String(rows[0]?.['l'])).toBe("['a!', NULL, 'b!']");
  });

  it('may remember what changes no answer', async () => {
    const module = ofText(
      '(a) => { if (!cache.has(a)) cache.set(a, a + 1); return cache.get(a); }',
      '',
      'const cache = new Map()',
    );
    expect(await answered(module, CALL, { keepsCalls: true })).toHaveLength(3000);
  });

  it('end with the statement that is given up', async () => {
    await using opened = await open();
    await opened.engine.addFunctions(ofText('(a) => a'));
    const text = "SELECT max(f('a' || i)) FROM range(100000000) r(i)";
    const signal = AbortSignal.timeout(200);
    await expect(opened.engine.runSelect({ text }, { signal })).rejects.toThrow(/timeout/);
    expect(await opened.engine.runSelect({ text: "SELECT f('b') AS b" })).toEqual([{ b: 'b' }]);
  });

  it('are the only ones that a transform may call besides', async () => {
    await using opened = await open();
    await opened.engine.addFunctions(ofText('(a) => a'));
    const input = [{ name: 't', type: 'VARCHAR' }];
    const described = (text: string) => opened.engine.describeTransform({ text, input });
    expect(await described('select F(t) as t from input')).toEqual(input);
    await expect(described('select g(t) as t from input')).rejects.toThrow('calls g()');
    await expect(described('select random() as t from input')).rejects.toThrow('random');
  });
});
