import { type GivenTransforms, transformsContext } from './file-transforms.ts';
import { type FunctionsFlag, type GivenFunctions, givenFunctions } from './functions-option.ts';
import {
  type GivenDatabases,
  type PostgresFlag,
  postgresContext,
  postgresSecrets,
} from './postgres-option.ts';

/** What the user gives that a stack on this machine is deployed with. */
export interface OwnCode {
  /** Modules of functions that the SQL of a transform may call. */
  readonly functions: GivenFunctions;
  /** Files of functions that `transform.lambda` may name, as the context of the app has them. */
  readonly transforms?: string;
  /** Databases that requests may name, as the context of the app has them. */
  readonly postgres?: string;
  /** Texts that their logins are in, by the names of the secrets. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** The options of a command line that name it. */
interface OwnCodeOptions extends FunctionsFlag, PostgresFlag {
  readonly transforms?: GivenTransforms;
}

function databasesOf(given: GivenDatabases | undefined): Pick<OwnCode, 'postgres' | 'secrets'> {
  const context = postgresContext(given);
  return context === undefined ? {} : { postgres: context, secrets: postgresSecrets(given) };
}

/** Bundles the modules that were given. @throws {RequestError} one cannot be bundled. */
export async function ownCode(options: OwnCodeOptions): Promise<OwnCode> {
  const { functions, transforms, postgres } = options;
  return {
    ...databasesOf(postgres),
    functions: await givenFunctions({ ...(functions !== undefined && { functions }) }),
    ...(transforms && { transforms: transformsContext(transforms) }),
  };
}
