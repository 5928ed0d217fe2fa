import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

it('docs/dependencies.md lists the runtime dependencies, at most seventeen', () => {
  const root = path.join(import.meta.dirname, '../..');
  const text = readFileSync(path.join(root, 'docs/dependencies.md'), 'utf8');
  const listed = [...text.matchAll(/^\| `(.+?)` \| .+ \| .+ \|$/gm)].map(([, name]) => name);
  expect(listed).toEqual(Object.keys(manifest.dependencies));
  expect(listed.length).toBeLessThanOrEqual(17);
});
