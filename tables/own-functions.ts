import { type Engine, EngineError, type FunctionModules } from '@sparse-fanout/engine';
import { digestsOf } from '@sparse-fanout/engine/function-module.ts';
import { RequestError, TransformError } from '#core/errors.ts';
import { type FunctionsPin, pinFunctions } from '#core/tables/run/functions-pin.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';

/** Functions that break their contract, as an error of the transform. */
export function functionsProblem(error: EngineError): TransformError {
  return new TransformError(`transform.functions: ${error.message}`, { cause: error });
}

/**
 * Makes the functions that a request names callable, and keeps how they are called.
 *
 * @throws {RequestError} there are none of this name, or they are not of the form that they must
 * have.
 */
export async function addFunctions(
  engine: Engine,
  name: string,
  modules: FunctionModules,
): Promise<FunctionsPin> {
  const pin = pinFunctions(name, digestsOf(modules));
  try {
    await engine.addFunctions(modules.get(name)!, { keepsCalls: true });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new RequestError([`transform.functions ${name} ${error.message}`], { cause: error });
  }
  return pin;
}

/**
 * Makes the functions of a plan callable.
 *
 * @throws {TransformError} they are not there, or others have their name now.
 */
export async function addPlanned(
  engine: Engine,
  { transform }: TableLayout,
  modules: FunctionModules,
): Promise<void> {
  if (transform === undefined || !('sql' in transform)) return;
  const { functions: planned } = transform;
  if (planned === undefined) return;
  const module = modules.get(planned.name);
  if (module === undefined || module.digest !== planned.digest) {
    const now = module === undefined ? 'are not here' : `have the SHA-256 ${module.digest} here`;
    throw new TransformError(
      `the functions ${planned.name} of the run have the SHA-256 ${planned.digest}, and ${now}; deploy or give those of the run`,
    );
  }
  await engine.addFunctions(module);
}

/**
 * Calls functions again as they were called for a sample, in another order.
 *
 * @throws {TransformError} one answers differently, which its message names.
 */
export function proveFunctions(engine: Engine): void {
  try {
    engine.proveFunctions();
  } catch (error) {
    throw error instanceof EngineError ? functionsProblem(error) : error;
  }
}
