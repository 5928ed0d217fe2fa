import { expect, it } from 'vitest';
import { missingPackage } from '#cli/frame/missing-package.ts';
import manifest from '../../../package.json' with { type: 'json' };

function lost(name: string, code: string): Error {
  const message = `Cannot find module '${name}'\nRequire stack:\n- /somewhere.js`;
  return Object.assign(new Error(message), { code });
}

it.each([
  ['@duckdb/node-api', 'MODULE_NOT_FOUND', 'tables need the package'],
  ['@sparse-fanout/local-cloud', 'ERR_MODULE_NOT_FOUND', 'the local cloud is the package'],
] as const)('says what to install where %s is missing', (name, code, begin) => {
  const version = manifest.peerDependencies[name];
  expect(missingPackage(lost(name, code))?.message).toBe(
    `${begin} ${name}, which is not installed; run npm install ${name}@${version}`,
  );
});

it('leaves other errors as they are', () => {
  expect(missingPackage(lost('no-such-package', 'MODULE_NOT_FOUND'))).toBeUndefined();
  expect(missingPackage(new Error("'@duckdb/node-api' is slow"))).toBeUndefined();
  expect(missingPackage('@duckdb/node-api')).toBeUndefined();
});

it('says which Node reads float16', () => {
  const error = new ReferenceError('Float16Array is not defined');
  expect(missingPackage(error)?.message).toBe(
    `float16 needs Node 24, this is ${process.versions.node}; use a newer Node`,
  );
});
