import { types } from 'node:util';
import vm from 'node:vm';
import { EngineError } from '#engine/engine-error.ts';
import type { FunctionModule } from './function-module.ts';
import { REALM_KERNEL } from './realm-kernel.ts';
import { clipped, shown } from './shown-value.ts';
import { FUNCTION_TYPES, type FunctionValue, type ValueType, valueType } from './value-types.ts';

/** A function as its module defines it. */
export interface OwnFunction {
  /** As SQL calls it: in lower case. */
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly returns: ValueType;
  /** Whether it is called for NULL; else NULL gives NULL. */
  readonly takesNulls: boolean;
}

/** Milliseconds in which a module must be loaded, and a function be done with some 2,000 rows. */
const CALL_MS = 10_000;

const MAX_PARAMETERS = 16;

/** What DuckDB reads as a name without quotes. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** Characters of what a module throws, in a message. */
const MAX_THROWN = 300;

/** Characters of the texts that a function answers for some 2,000 rows: they are all in memory. */
const MAX_CHARACTERS = 128 * 1024 ** 2;

const CHANGED_JSON = 'changes how the language writes JSON';

const FORM = "{ parameters: ['VARCHAR'], returns: 'DOUBLE', apply(text) { … } }";

interface Described {
  readonly name: string;
  readonly isCallable: boolean;
  readonly parameters: readonly unknown[] | null;
  readonly returns?: unknown;
  readonly takesNulls?: unknown;
}

/** What the realm is to do; it writes into it. */
interface Work {
  readonly at?: number;
  readonly columns?: readonly (readonly FunctionValue[])[];
  readonly answers?: unknown[];
  readonly rows?: number;
  readonly takesNulls?: boolean;
  readonly maxCharacters?: number;
  row?: number;
  isTooLong?: true;
  thrown?: string;
  described?: string;
}

/** A text of an error that a module may have thrown: none of its code runs. */
function ownText(error: unknown, name: 'message' | 'code'): string | undefined {
  if (!types.isNativeError(error)) return undefined;
  const value: unknown = Object.getOwnPropertyDescriptor(error, name)?.value;
  return typeof value === 'string' ? value : undefined;
}

function refuse(message: string): never {
  throw new EngineError('contract', message);
}

/** What a function answered, for a message; no method of its realm is called. */
function shownAnswer(value: unknown): string {
  const type = typeof value;
  if (value === undefined || type === 'symbol') return type;
  return type === 'object' || type === 'function'
    ? `a value of type ${type}`
    : `the ${type} ${shown(value)}`;
}

function functionOf(each: Described | null): OwnFunction {
  if (each === null) return refuse(CHANGED_JSON);
  const { name, parameters, returns, takesNulls = false } = each;
  const of = `exports ${clipped(name)}`;
  if (!NAME.test(name) || name === 'default') {
    refuse(`${of}, which is no name of a function in SQL: letters, digits and _`);
  }
  if (!each.isCallable || parameters === null || typeof takesNulls !== 'boolean') {
    refuse(`${of}, which is not of the form ${FORM}`);
  }
  if (parameters.length < 1 || parameters.length > MAX_PARAMETERS) {
    refuse(`${of} with ${parameters.length} parameters, allowed are 1 to ${MAX_PARAMETERS}`);
  }
  const typed = [...parameters, returns].map((type) => {
    const known = valueType(type);
    if (known !== undefined) return known;
    return refuse(
      `${of} with the type ${clipped(JSON.stringify(type) ?? 'undefined')}, allowed are ${FUNCTION_TYPES}; cast others in the SQL`,
    );
  });
  const takes = typed.slice(0, -1);
  return { name: name.toLowerCase(), parameters: takes, returns: typed.at(-1)!, takesNulls };
}

/** @throws {EngineError} `contract`: the module does not export what it must. */
function functionsOf(described: string): readonly OwnFunction[] {
  const exported: unknown = JSON.parse(described);
  if (!Array.isArray(exported)) return refuse(CHANGED_JSON);
  const functions = (exported as readonly Described[]).map(functionOf);
  if (functions.length === 0) refuse(`exports nothing; a function has the form ${FORM}`);
  const names = functions.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) refuse(`exports ${twice} twice, as SQL does not see capital letters`);
  return functions;
}

/** The script of a module, which may hold what no script can. */
function scriptOf({ name, text }: FunctionModule): vm.Script {
  try {
    return new vm.Script(text, { filename: `${name}.js` });
  } catch (error) {
    return refuse(`is no script (${(error as Error).message})`);
  }
}

/**
 * A module in a realm of its own, where nothing but the language is: no clock, no chance, no file,
 * no network, no locale, no text that becomes code. It is the code of who deploys, so this keeps it
 * the same in every run; it is no wall against an enemy.
 */
export class FunctionRealm {
  readonly functions: readonly OwnFunction[];
  readonly #context: vm.Context;
  readonly #step: vm.Script = new vm.Script('callFunctions()');
  readonly #callMs: number;
  #work: Work | undefined;

  /** @throws {EngineError} `contract`: the module does not keep it; the text follows its name. */
  constructor(module: FunctionModule, callMs = CALL_MS) {
    this.#callMs = callMs;
    this.#context = vm.createContext(vm.constants.DONT_CONTEXTIFY, {
      codeGeneration: { strings: false, wasm: false },
      microtaskMode: 'afterEvaluate',
    });
    vm.runInContext(
      REALM_KERNEL,
      this.#context,
    )(() => {
      const work = this.#work;
      this.#work = undefined;
      return work;
    });
    this.functions = functionsOf(this.#load(module));
  }

  /** Runs a module. @returns what it exports, as JSON. */
  #load(module: FunctionModule): string {
    const script = scriptOf(module);
    const work: Work = {};
    try {
      script.runInContext(this.#context, { timeout: this.#callMs });
      this.#run(work);
    } catch (error) {
      work.thrown = ownText(error, 'message') ?? 'it throws what is no error';
    }
    if (work.described !== undefined) return work.described;
    const said = clipped(work.thrown?.split('\n')[0] ?? 'it has no exports', MAX_THROWN);
    return refuse(
      `cannot be loaded (${said}); it has the language alone, without clock, chance and promises`,
    );
  }

  #run(work: Work): void {
    this.#work = work;
    this.#step.runInContext(this.#context, { timeout: this.#callMs });
  }

  /**
   * Calls a function for each row.
   *
   * @param at place of the function in {@link functions}.
   * @param columns its arguments, each of them of all rows.
   * @throws {EngineError} `function`: it throws, or answers another type; `contract`: it takes too
   *   long; `memory`: its texts are too long together.
   */
  call(at: number, columns: readonly (readonly FunctionValue[])[], rows: number): FunctionValue[] {
    const { name, returns, takesNulls } = this.functions[at]!;
    const answers: unknown[] = new Array(rows).fill(null);
    const maxCharacters = MAX_CHARACTERS;
    const work: Work = { at, columns, answers, rows, takesNulls, maxCharacters, row: 0 };
    const argumentsOf = (row: number) => `(${columns.map((each) => shown(each[row])).join(', ')})`;
    try {
      this.#run(work);
    } catch (error) {
      if (ownText(error, 'code') !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      refuse(
        `the function ${name} takes more than ${this.#callMs / 1000} s for ${rows} rows, the last of them ${name}${argumentsOf(work.row!)}`,
      );
    }
    if (work.thrown !== undefined) {
      const call = `${name}${argumentsOf(work.row!)}`;
      const said = clipped(work.thrown, MAX_THROWN);
      throw new EngineError('function', `the function ${name} throws at ${call}: ${said}`);
    }
    if (work.isTooLong) {
      const most = `more than ${MAX_CHARACTERS} characters for ${rows} rows`;
      throw new EngineError('memory', `the function ${name} answers ${most}`);
    }
    const wrong = answers.findIndex((answer) => answer !== null && !returns.holds(answer));
    if (wrong < 0) return answers as FunctionValue[];
    throw new EngineError(
      'function',
      `the function ${name} answers ${shownAnswer(answers[wrong])} at ${name}${argumentsOf(wrong)}, where ${returns.sql} is ${returns.said} or null`,
    );
  }
}
