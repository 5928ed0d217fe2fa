/**
 * Runs in the realm of a module before it, and keeps what it needs of it out of its reach. It takes
 * away what differs from one call, machine or day to another, and leaves one function,
 * `callFunctions()`, which does the work that the host holds ready:
 *
 * - without `columns`: sets `described` to the JSON of what the module exports;
 * - with `columns`: calls `apply` of an export for each row from `row` on and puts what it answers
 *   into `answers`; where it throws, `thrown` is the text of it and `row` its place; `isTooLong`
 *   says that the texts that it answers pass `maxCharacters`.
 *
 * A number, a text, a boolean or null is all that passes to and from the module.
 */
export const REALM_KERNEL = `(function (take) {
  'use strict';
  const { defineProperty, keys } = Object;
  const { stringify } = JSON;
  const { isArray } = Array;
  const { apply } = Reflect;
  const { String, Error } = globalThis;

  for (const name of ['Date', 'Temporal', 'Intl', 'WeakRef', 'FinalizationRegistry', 'Atomics',
    'SharedArrayBuffer', 'WebAssembly', 'Promise', 'AsyncDisposableStack', 'console']) {
    delete globalThis[name];
  }
  delete Math.random;
  delete Array.fromAsync;
  const locale = ['localeCompare', 'toLocaleLowerCase', 'toLocaleUpperCase', 'toLocaleString'];
  for (const type of [String, Number, BigInt, Array, Object, Object.getPrototypeOf(Uint8Array)]) {
    for (const name of locale) delete type.prototype[name];
  }
  // A stack has paths of this machine.
  defineProperty(Error, 'stackTraceLimit', { value: 0 });

  function textOf(thrown) {
    try {
      return thrown instanceof Error ? String(thrown) : 'the value ' + String(thrown);
    } catch {
      return 'a value without a text';
    }
  }

  const definitions = [];

  function describe(work) {
    const exported = globalThis.functions;
    const described = [];
    for (const name of keys(exported)) {
      const given = exported[name];
      const isOne = typeof given === 'object' && given !== null;
      const definition = isOne ? given : {};
      const { parameters, returns, takesNulls } = definition;
      definitions[definitions.length] = definition;
      described[described.length] = {
        name,
        isCallable: typeof definition.apply === 'function',
        parameters: isArray(parameters) ? parameters : null,
        returns,
        takesNulls,
      };
    }
    work.described = stringify(described);
  }

  function call(work) {
    const { columns, answers, takesNulls, rows, maxCharacters } = work;
    const definition = definitions[work.at];
    const width = columns.length;
    const first = columns[0];
    const second = columns[1];
    let characters = 0;

    function answerOf(row) {
      const a = first[row];
      const b = width > 1 ? second[row] : 0;
      if (width <= 2) {
        if ((a === null || b === null) && !takesNulls) return null;
        return width === 1 ? definition.apply(a) : definition.apply(a, b);
      }
      const values = [];
      for (let at = 0; at < width; at += 1) {
        const value = columns[at][row];
        if (value === null && !takesNulls) return null;
        values[at] = value;
      }
      return apply(definition.apply, definition, values);
    }

    for (let row = work.row; row < rows; row += 1) {
      work.row = row;
      const answer = answerOf(row);
      if (typeof answer === 'string') characters += answer.length;
      if (characters > maxCharacters) {
        work.isTooLong = true;
        return;
      }
      answers[row] = answer;
    }
  }

  defineProperty(globalThis, 'callFunctions', {
    value() {
      // An error of the host, such as that of a full stack, would lead a module out of its realm.
      let work;
      try {
        work = take();
      } catch {
        return;
      }
      if (work === undefined) return;
      try {
        if (work.columns === undefined) describe(work);
        else call(work);
      } catch (thrown) {
        work.thrown = textOf(thrown);
      }
    },
  });
})`;
