/** Parts of dynalite, which brings no types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface Options {
    /** Directory of the LevelDB store. */
    readonly path: string;
    /** Milliseconds that a new table stays in CREATING. */
    readonly createTableMs: number;
  }

  /** Makes the server; its `request` listener answers the DynamoDB protocol. */
  function dynalite(options: Options): Server;
  export = dynalite;
}

declare module 'dynalite/validations/*' {
  /** Parameters of an operation that dynalite reads; it ignores all others. */
  export const types: Readonly<Record<string, unknown>>;
}
