import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import engine from '../../packages/engine/package.json' with { type: 'json' };
import localCloud from '../../packages/local-cloud/package.json' with { type: 'json' };

const { version } = manifest;
const read = (file: string) => readFileSync(path.join(import.meta.dirname, '../..', file), 'utf8');

it('all packages have one version', () => {
  expect([engine.version, localCloud.version]).toEqual([version, version]);
  expect(manifest.peerDependencies['@sparse-fanout/local-cloud']).toBe(version);
  expect(read('python/pyproject.toml')).toContain(`\nversion = "${version}"\n`);
  expect(read('python/__init__.py')).toContain(`\n__version__ = "${version}"\n`);
});

it('the changelog has a section for the version', () => {
  expect(read('CHANGELOG.md')).toMatch(new RegExp(`^## ${version} \\(`, 'm'));
});

it('the packages need one version of the engine', () => {
  expect(manifest.peerDependencies['@duckdb/node-api']).toBe(
    engine.dependencies['@duckdb/node-api'],
  );
});
