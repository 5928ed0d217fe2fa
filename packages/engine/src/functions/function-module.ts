import { createHash } from 'node:crypto';

/** Functions of one's own: what an ES module became, with everything that it imports. */
export interface FunctionModule {
  /** By which a request asks for it. */
  readonly name: string;
  /** A script that leaves the exports of the module in the variable `functions`. */
  readonly text: string;
  /** SHA-256 of the text, in hex: part of what decides the bytes of an output. */
  readonly digest: string;
}

/** Modules by their names. */
export type FunctionModules = ReadonlyMap<string, FunctionModule>;

/** The digests of modules, by their names. */
export function digestsOf(modules: FunctionModules): Readonly<Record<string, string>> {
  return Object.fromEntries([...modules].map(([name, { digest }]) => [name, digest]));
}

/** Modules by their names. */
export function byName(modules: readonly FunctionModule[]): FunctionModules {
  return new Map(modules.map((module) => [module.name, module]));
}

/** A module by its text. */
export function functionModule(name: string, text: string): FunctionModule {
  return { name, text, digest: createHash('sha256').update(text).digest('hex') };
}
