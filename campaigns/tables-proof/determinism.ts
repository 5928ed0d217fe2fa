import { createHash } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { FaultInjector } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import type { Fault, FaultyRequest } from '@sparse-fanout/local-cloud/faults/fault-plan.ts';
import { cloudAssembly } from '#cli/local/assembly.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { ONE_VCPU_MIB } from '#core/contract.ts';
import { templateText, writeVariant } from '#support/assembly-variant.ts';
import { LocalStack } from '#support/local-stack.ts';
import { FIXED_SCHEMA, fixedRecords } from './fixed-records.ts';
import { manifestOf } from './output-files.ts';
import type { Proof, ProofRoom } from './proof.ts';

const OBJECTS = 3;
const RECORDS = { short: 300_000, full: 1_000_000 };
const FILES = 2;

/** Memory of the functions in MiB: the engine gets half of it. */
const MEMORIES = [600, ONE_VCPU_MIB, 4000];

/** The injector knows times within 120 ms, its degree 1: the others are multiples of it. */
const DEGREE_MILLISECONDS = 120;

/** Kills the first process that writes each file, when it has worked for a while. */
class LateKills extends FaultInjector {
  #writers = 0;
  readonly #milliseconds: number;

  constructor(milliseconds: number) {
    super(() => undefined);
    this.#milliseconds = milliseconds;
  }

  /** Processes that wrote a file, or began to. */
  get writers(): number {
    return this.#writers;
  }

  override faultOf({ operation, kinds }: FaultyRequest): Fault | undefined {
    const isWriter = operation.startsWith('run ') && operation.includes('writetable');
    if (!isWriter || !kinds.includes('lambda-killed')) return undefined;
    this.#writers += 1;
    if (this.#writers > FILES) return undefined;
    return { kind: 'lambda-killed', degree: this.#milliseconds / DEGREE_MILLISECONDS };
  }
}

/** A stack whose functions of the table wing have this memory. */
async function startWith(memory: number, folder: string, faults?: FaultInjector) {
  const assembly = await cloudAssembly(new AbortController().signal);
  const given = await templateText(assembly);
  const text = given.replaceAll(`"MemorySize": ${ONE_VCPU_MIB}`, `"MemorySize": ${memory}`);
  const directory = await mkdtemp(join(folder, 'assembly-'));
  await writeVariant(assembly, text, directory);
  return await LocalStack.start(directory, faults);
}

/** Runs the table once, or twice at the same time. Returns what the files are. */
async function filesOf(stack: LocalStack, records: number, executions = 1): Promise<string[]> {
  for (let part = 0; part < OBJECTS; part += 1) {
    const bytes = Buffer.concat([...fixedRecords(part * records, records)]);
    await stack.putSource(`fixed/part-${part}.csv`, bytes);
  }
  const request = {
    source: `s3://${stack.output('SourceBucketName')}/fixed/`,
    schema: FIXED_SCHEMA,
    output: { uri: `s3://${stack.outputBucket}/fixed/`, files: FILES },
  };
  const runs = Array.from({ length: executions }, () => stack.runToSuccess(request));
  await Promise.all(runs);
  const { entries } = await manifestOf(stack, 'fixed');
  const files: string[] = [];
  for (const { url } of entries) {
    const bytes = await stack.read(url);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    files.push(`${url} ${bytes.length} ${crc32Hex(crc32(bytes))} ${sha256}`);
  }
  return files;
}

interface Way {
  readonly what: string;
  readonly memory: number;
  readonly executions?: number;
  readonly faults?: LateKills;
}

function waysOf(milliseconds: number): readonly Way[] {
  const memories = MEMORIES.map((memory) => {
    return { what: `engine of ${Math.round(memory / 2)} MiB`, memory };
  });
  const faults = new LateKills(milliseconds);
  return [
    ...memories,
    { what: 'killed writers', memory: ONE_VCPU_MIB, faults },
    { what: 'two executions at once', memory: ONE_VCPU_MIB, executions: 2 },
  ];
}

/** Time until a writer is killed: it has begun, and is not done. */
const MILLISECONDS = { short: 1_000, full: 3_000 };

/** One plan gives the same bytes, whatever the memory and whatever happens to its writers. */
export const proveDeterminism: Proof = async ({ folder, isFull, say }: ProofRoom) => {
  const size = isFull ? 'full' : 'short';
  let first: string | undefined;
  let isRight = true;
  for (const { what, memory, executions, faults } of waysOf(MILLISECONDS[size])) {
    const stack = await startWith(memory, folder, faults);
    try {
      const files = (await filesOf(stack, RECORDS[size], executions)).join('\n');
      first ??= files;
      const isSame = files === first;
      // The process was killed before it was done if another one had to write the file.
      const wasKilled = faults === undefined || faults.writers === 2 * FILES;
      isRight &&= isSame && wasKilled;
      if (!wasKilled) say(`${what}: they were done before they were killed`);
      say(`${what}: ${isSame ? 'the same bytes' : `OTHER BYTES\n${files}\nnot\n${first}`}`);
    } finally {
      await stack.close();
    }
  }
  say('threads: the engine has one, by decision');
  return isRight;
};
