import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SparseFanoutStackProps } from '#lib/sparse-fanout-stack.ts';

const root = path.join(import.meta.dirname, '../..');
const document = readFileSync(path.join(root, 'docs/deploy.md'), 'utf8');
const example = readFileSync(path.join(root, 'examples/embed.ts'), 'utf8');

describe('the app around the construct', () => {
  test('is the example that is compiled, with the name of the package', () => {
    const [, code] = /```ts\n(.*?)```/s.exec(document) ?? [];
    expect(code).toBe(example.replace("'#lib/sparse-fanout.ts'", "'sparse-fanout'"));
  });

  test('is synthesized without any feature flag', () => {
    const outdir = mkdtempSync(path.join(tmpdir(), 'embed-'));
    const env = {
      ...process.env,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: '{"aws:cdk:bundling-stacks":[]}',
    };
    const options = { cwd: root, env, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync(process.execPath, ['examples/embed.ts'], options);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const template = readFileSync(path.join(outdir, 'Features.template.json'), 'utf8');
    expect(template.match(/"AWS::StepFunctions::StateMachine"/g)).toHaveLength(2);
    rmSync(outdir, { recursive: true });
  });
});

test('every key of the context stands among the settings', () => {
  type Key = Exclude<keyof SparseFanoutStackProps, 'description'>;
  const app = readFileSync(path.join(root, 'lib/context-stack.ts'), 'utf8');
  const keys = [...app.matchAll(/context\('(\w+)'\)/g)].map(([, key]) => key as Key);
  expect(keys.length).toBeGreaterThan(14);
  const [, table] = /### Settings\n(.*?)\n\n[^|\n]/s.exec(document) ?? [];
  for (const key of keys) expect(table).toContain(`\`${key}`);
});
