import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENDED_WITH_CLOUD, type ExecutionRecord } from './execution-record.ts';
import { History, type HistoryEvent } from './history.ts';
import { JsonlFile } from './jsonl-file.ts';
import { type ChildRecord, type MapRunRecord, noCounts, type RunningChild } from './map-records.ts';
import type { MapRunStore, StoredMapRun } from './map-run.ts';

const RECORD = 'record.json';

async function writeRecord(folder: string, record: object): Promise<void> {
  const file = join(folder, RECORD);
  await writeFile(`${file}.new`, JSON.stringify(record));
  await rename(`${file}.new`, file);
}

async function* readRecords(root: string): AsyncGenerator<unknown> {
  await mkdir(root, { recursive: true });
  for (const entry of await readdir(root, { recursive: true })) {
    if (entry.endsWith(RECORD)) yield JSON.parse(await readFile(join(root, entry), 'utf8'));
  }
}

const folderName = (arn: string) => encodeURIComponent(arn.split(':').slice(6).join(':'));

/**
 * Keeps executions and map runs under one directory. Each has a record, which is replaced whole
 * when it changes, and a file of lines that grows: the events of an execution, or the children of a
 * map run.
 */
export class ExecutionStore implements MapRunStore {
  readonly #directory: string;
  readonly #executions = new Map<string, ExecutionRecord>();
  readonly #mapRuns = new Map<string, MapRunRecord>();
  readonly #lines = new Map<string, JsonlFile>();
  /** Children under way, by the ARN of their map run. */
  readonly #running = new Map<string, Map<string, RunningChild>>();
  /** Executions that ran when the directory was last used, as they are now: ABORTED. */
  readonly recovered: ExecutionRecord[] = [];

  /** Use {@link ExecutionStore.open}. */
  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Opens a directory. What was running when its last process ended is shown as ABORTED. */
  static async open(directory: string, now: () => number): Promise<ExecutionStore> {
    const store = new ExecutionStore(directory);
    for await (const record of readRecords(join(directory, 'executions'))) {
      await store.#recoverExecution(record as ExecutionRecord, now());
    }
    for await (const record of readRecords(join(directory, 'map-runs'))) {
      await store.#recoverMapRun(record as MapRunRecord, now());
    }
    return store;
  }

  get executions(): Iterable<ExecutionRecord> {
    return this.#executions.values();
  }

  get mapRuns(): Iterable<MapRunRecord> {
    return this.#mapRuns.values();
  }

  execution(arn: string): ExecutionRecord | undefined {
    return this.#executions.get(arn);
  }

  mapRun(arn: string): MapRunRecord | undefined {
    return this.#mapRuns.get(arn);
  }

  /** Keeps a new execution, and gives the file for its events. */
  async createExecution(record: ExecutionRecord): Promise<JsonlFile> {
    this.#executions.set(record.executionArn, record);
    return this.#create(record.executionArn, record);
  }

  /** Keeps a changed execution. */
  async updateExecution(record: ExecutionRecord): Promise<void> {
    this.#executions.set(record.executionArn, record);
    await writeRecord(this.#folder(record.executionArn), record);
  }

  /** The file of an execution's events. */
  eventFile(arn: string): JsonlFile {
    return this.#linesOf(arn);
  }

  /** An execution's events, oldest first. */
  async *events(arn: string): AsyncGenerator<HistoryEvent> {
    for await (const event of this.#linesOf(arn).read()) yield event as HistoryEvent;
  }

  async create(record: MapRunRecord): Promise<StoredMapRun> {
    this.#mapRuns.set(record.mapRunArn, record);
    const children = await this.#create(record.mapRunArn, record);
    const running = this.#runningOf(record.mapRunArn);
    const earlier = { succeeded: new Set<number>(), unsuccessful: new Map() };
    return { record, children, running, earlier };
  }

  async update(record: MapRunRecord): Promise<void> {
    this.#mapRuns.set(record.mapRunArn, record);
    await writeRecord(this.#folder(record.mapRunArn), record);
  }

  async reopen(arn: string): Promise<StoredMapRun> {
    const record = this.#mapRuns.get(arn);
    if (record === undefined) throw new Error(`there is no map run ${arn}`);
    const children = this.#linesOf(arn);
    const kept: ChildRecord[] = [];
    const unsuccessful = new Map<number, ChildRecord>();
    for await (const child of this.readChildren(children)) {
      if (child.status === 'SUCCEEDED') kept.push(child);
      else unsuccessful.set(child.index, child);
    }
    await children.replace(kept);
    const succeeded = new Set(kept.map((child) => child.index));
    const running = this.#runningOf(arn);
    return { record, children, running, earlier: { succeeded, unsuccessful } };
  }

  async *readChildren(file: JsonlFile): AsyncGenerator<ChildRecord> {
    for await (const child of file.read()) yield child as ChildRecord;
  }

  /** Children of a map run that have ended, in the order in which they ended. */
  childrenOf(mapRunArn: string): AsyncIterable<ChildRecord> {
    return this.readChildren(this.#linesOf(mapRunArn));
  }

  /** Children of a map run that are under way, the newest first. */
  runningChildren(mapRunArn: string): readonly RunningChild[] {
    return [...(this.#running.get(mapRunArn)?.values() ?? [])].reverse();
  }

  /** A child under way, of whichever map run. */
  runningChild(arn: string): RunningChild | undefined {
    for (const children of this.#running.values()) {
      const child = children.get(arn);
      if (child !== undefined) return child;
    }
    return undefined;
  }

  #runningOf(mapRunArn: string): Map<string, RunningChild> {
    const children = new Map<string, RunningChild>();
    this.#running.set(mapRunArn, children);
    return children;
  }

  #folder(arn: string): string {
    const kind = arn.split(':')[5] === 'mapRun' ? 'map-runs' : 'executions';
    return join(this.#directory, kind, folderName(arn));
  }

  #linesOf(arn: string): JsonlFile {
    const known = this.#lines.get(arn);
    const file = known ?? new JsonlFile(join(this.#folder(arn), 'lines.jsonl'));
    this.#lines.set(arn, file);
    return file;
  }

  async #create(arn: string, record: object): Promise<JsonlFile> {
    const folder = this.#folder(arn);
    await mkdir(folder, { recursive: true });
    const file = this.#linesOf(arn);
    await file.replace([]);
    await writeRecord(folder, record);
    return file;
  }

  async #recoverExecution(record: ExecutionRecord, now: number): Promise<void> {
    this.#executions.set(record.executionArn, record);
    if (record.status !== 'RUNNING') return;
    const cause = ENDED_WITH_CLOUD;
    const events = await Array.fromAsync(this.events(record.executionArn));
    const history = new History({
      now: () => now,
      record: (event) => void events.push(event),
      lastId: events.at(-1)?.id ?? 0,
    });
    history.addLast('ExecutionAborted', { cause });
    await this.eventFile(record.executionArn).replace(events);
    const ended: ExecutionRecord = { ...record, status: 'ABORTED', stopDate: now, cause };
    await this.updateExecution(ended);
    this.recovered.push(ended);
  }

  async #recoverMapRun(record: MapRunRecord, now: number): Promise<void> {
    this.#mapRuns.set(record.mapRunArn, record);
    if (record.status !== 'RUNNING') return;
    const children = this.#linesOf(record.mapRunArn);
    const executionCounts = noCounts();
    const itemCounts = noCounts();
    const whole: ChildRecord[] = [];
    for await (const child of this.readChildren(children)) {
      const isDone = child.status === 'SUCCEEDED';
      executionCounts[isDone ? 'succeeded' : 'failed'] += 1;
      itemCounts[isDone ? 'succeeded' : 'failed'] += child.itemCount;
      executionCounts.total += 1;
      itemCounts.total += child.itemCount;
      whole.push(child);
    }
    // Without a line that the crash cut off, so that what a redrive adds starts on a line of its
    // own.
    await children.replace(whole);
    const ended = { status: 'ABORTED' as const, stopDate: now, executionCounts, itemCounts };
    await this.update({ ...record, ...ended });
  }
}
