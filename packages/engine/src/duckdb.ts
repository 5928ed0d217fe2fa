import { createRequire } from 'node:module';

/**
 * The library, found as `require` finds it, and out of sight of a bundler: in a function it lies in
 * a layer, which only `require` looks for (`NODE_PATH`), never `import`. In a checkout it lies in
 * `node_modules`, where both look.
 */
export const duckdb: typeof import('@duckdb/node-api') = createRequire(import.meta.url)(
  '@duckdb/node-api',
);
