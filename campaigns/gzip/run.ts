/**
 * `npm run campaign -- gzip`: gzip and Python inflate the members that the direct gzip encoder
 * writes.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { EncodeWays } from '#support/encode-ways.ts';
import { textLikeSlice } from '#support/text-like-slice.ts';

const CASES = [
  { columns: 1000, entriesPerRow: 42.6, values: 'counts', rows: 30_000 },
  { columns: 10_000, entriesPerRow: 60.7, values: 'counts', rows: 5000 },
  { columns: 50_000, entriesPerRow: 66.9, values: 'counts', rows: 1000 },
  { columns: 200_000, entriesPerRow: 66.9, values: 'counts', rows: 300 },
  { columns: 10_000, entriesPerRow: 60.7, values: 'tf-idf', rows: 2000 },
] as const;

const INFLATERS = {
  gzip: ['gzip', ['-dc']],
  python: [
    'python3',
    ['-c', 'import gzip, sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))'],
  ],
} as const;

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Hash of what another program inflates; undefined if the program is not installed. */
function inflatedHash(name: keyof typeof INFLATERS, member: Uint8Array): string | undefined {
  const [program, args] = INFLATERS[name];
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    input: member,
    maxBuffer: 2 ** 30,
  });
  if (error !== undefined) return undefined;
  return status === 0 ? hashOf(stdout) : `exit code ${status}: ${stderr}`;
}

for (const options of CASES) {
  const ways = new EncodeWays(textLikeSlice(options), options.columns);
  const text = ways.text(ways.inPlace() + 1);
  const member = ways.gzip();
  for (const name of ['gzip', 'python'] as const) {
    const hash = inflatedHash(name, member);
    const isRight = hash === hashOf(text);
    const verdict = hash === undefined ? 'skipped: not installed' : isRight ? 'ok' : hash;
    process.stdout.write(
      `${options.values}, ${options.columns} columns, ${text.length} bytes in ${member.length}: ${name} ${verdict}\n`,
    );
    if (hash !== undefined && !isRight) process.exitCode = 1;
  }
}
