import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '#core/manifest/manifest.ts';
import { goldenBytes, storedCsrCases } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';

let stack: LocalStack;

beforeAll(async () => {
  stack = await LocalStack.shared();
});

const schema = new URL('../../docs/manifest.schema.json', import.meta.url);
const isManifest = new Ajv2020().compile(JSON.parse(readFileSync(schema, 'utf8')));

const profiles = ['typed', 'zero0', 'empty'] as const;

async function textOf(manifest: Manifest): Promise<Buffer> {
  const stored = await Promise.all(manifest.entries.map(({ url }) => stack.read(url)));
  const isGzip = manifest.output.kind === 'csv' && manifest.output.compression === 'gzip';
  return Buffer.concat(isGzip ? stored.map((chunk) => gunzipSync(chunk)) : stored);
}

describe('the deployed stack on this machine', () => {
  it.each(storedCsrCases.map((golden) => [golden.id, golden] as const))(
    'writes %s as pandas does, proves it and records it',
    async (id, golden) => {
      const source = await stack.putSource(id, goldenBytes(golden.file));
      const profile = profiles[golden.stored % profiles.length]!;
      const compression = golden.stored % 2 === 0 ? 'gzip' : 'none';
      const { chunkRows = 7 } = golden.contract.typed as { chunkRows?: number };
      const ended = await stack.runToSuccess({
        source,
        output: { compression, text: { profile } },
        chunking: { rows: Math.max(chunkRows, 1) },
        limits: { concurrency: 4 },
      });
      const manifest: Manifest = JSON.parse((await stack.read(ended.output.manifest)).toString());
      expect(isManifest(manifest), JSON.stringify(isManifest.errors)).toBe(true);

      const text = await textOf(manifest);
      const expected = golden.contract[profile];
      expect(text.length).toBe(expected.bytes);
      expect(createHash('sha256').update(text).digest('hex')).toBe(expected.sha256);
      expect(manifest.totals).toMatchObject({
        rows: golden.shape[0],
        contentBytes: expected.bytes,
        chunks: Math.max(1, Math.ceil(golden.shape[0] / Math.max(chunkRows, 1))),
      });

      const items = [...(await stack.ledger(manifest.runId))];
      const done = items.filter(
        ([sk, item]) => sk.startsWith('chunk#') && item['status']?.S === 'done',
      );
      const tries = items.filter(
        ([sk, item]) => sk.startsWith('try#') && item['outcome']?.S === 'done',
      );
      expect(done).toHaveLength(manifest.totals.chunks);
      expect(tries).toHaveLength(manifest.totals.chunks);
    },
  );

  it('needs nothing that the roles of the template do not grant', () => {
    expect(stack.cloud.denials).toEqual([]);
  });
});
