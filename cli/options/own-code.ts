import { type GivenTransforms, transformsContext } from './file-transforms.ts';
import { type FunctionsFlag, type GivenFunctions, givenFunctions } from './functions-option.ts';

/** Code of the user that a stack on this machine is deployed with. */
export interface OwnCode {
  /** Modules of functions that the SQL of a transform may call. */
  readonly functions: GivenFunctions;
  /** Files of functions that `transform.lambda` may name, as the context of the app has them. */
  readonly transforms?: string;
}

/** The options of a command line that name it. */
interface OwnCodeOptions extends FunctionsFlag {
  readonly transforms?: GivenTransforms;
}

/** Bundles the modules that were given. @throws {RequestError} one cannot be bundled. */
export async function ownCode({ functions, transforms }: OwnCodeOptions): Promise<OwnCode> {
  return {
    functions: await givenFunctions({ ...(functions !== undefined && { functions }) }),
    ...(transforms && { transforms: transformsContext(transforms) }),
  };
}
