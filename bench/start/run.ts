import { median } from '#bench/encode/measure.ts';
import { thisMachine } from '#bench/machine.ts';
import { cpuSecondsOf } from '#bench/process-cpu.ts';
import { cloudAssembly } from '#cli/local/assembly.ts';
import { bundleBytes } from '#support/bundle-bytes.ts';
import { goldenBytes, storedCsrCases } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';

/**
 * What the functions of a run cost to start: the CPU time and memory of a process from its start to
 * the end of its first invocations, which have next to nothing to do.
 */
const REPETITIONS = 7;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

interface Start {
  readonly functionName: string;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/** A matrix of a few rows, then a table of some; each step of both in a process of its own. */
async function starts(assembly: string): Promise<readonly Start[]> {
  const stack = await LocalStack.start(assembly);
  try {
    const matrix = goldenBytes(storedCsrCases.find(({ id }) => id === 'dtype-int64')!.file);
    const output = (name: string) => ({ uri: `s3://${stack.outputBucket}/${name}/` });
    const source = await stack.putSource('small.npz', matrix);
    await stack.runToSuccess({ source, output: output('matrix') });
    const uri = await stack.putSource('small.csv', Buffer.from('id,name\n1,a\n2,b\n'));
    const schema = { id: 'int', name: 'text' };
    const table = { source: { uri, format: 'csv' }, schema, output: output('table') };
    await stack.runToSuccess(table);
    const parted = { ...output('parted'), partitionBy: ['name'] };
    await stack.runToSuccess({ ...table, output: parted });
    return await Promise.all(
      stack.cloud.processes().map(async ({ functionName, pid, peakRssBytes }) => {
        return { functionName, cpuSeconds: await cpuSecondsOf(pid!), peakRssBytes };
      }),
    );
  } finally {
    await stack.close();
  }
}

const assembly = await cloudAssembly(new AbortController().signal);
const sizes = await bundleBytes(assembly);
const all: Start[] = [];
for (let repetition = 0; repetition < REPETITIONS; repetition++)
  all.push(...(await starts(assembly)));

say(JSON.stringify(thisMachine()));
say('bundle, CPU time of a start, memory:');
const byName = Map.groupBy(all, ({ functionName }) => functionName);
for (const [step, bytes] of sizes) {
  const own = byName.get(`sparsefanout-${step}`.toLowerCase()) ?? [];
  if (own.length === 0) continue;
  const milliseconds = Math.round(1000 * median(own.map(({ cpuSeconds }) => cpuSeconds)));
  const megabytes = Math.round(median(own.map(({ peakRssBytes }) => peakRssBytes)) / 1e6);
  say(`${step}: ${Math.round(bytes / 1000)} kB, ${milliseconds} ms, ${megabytes} MB`);
}
