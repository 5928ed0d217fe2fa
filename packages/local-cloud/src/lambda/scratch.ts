import { randomUUID } from 'node:crypto';
import { type Dirent, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { limitFileSize } from './process-limits.ts';

/** Milliseconds between two looks at the files of a function that works. */
const LOOK_MS = 100;

/** Bytes of a file on the disk: a file with holes takes less than its length. */
const BLOCK_BYTES = 512;

/** What lies in a directory; nothing if the function has just removed it. */
function entriesOf(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

function bytesBelow(directory: string): number {
  let bytes = 0;
  for (const entry of entriesOf(directory)) {
    const path = join(directory, entry.name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    bytes += (stats?.blocks ?? 0) * BLOCK_BYTES;
    if (entry.isDirectory()) bytes += bytesBelow(path);
  }
  return bytes;
}

/**
 * The ephemeral storage of one execution environment: a directory that no other has. Nothing bounds
 * the directory of a process everywhere without root, so two things stand in for it. No file can
 * grow past the bound (`EFBIG`, Linux only). And several files together are looked at while the
 * function works: past the bound they can all grow no more, until some of them are removed.
 */
export class Scratch {
  /** Absolute. */
  readonly directory: string;
  readonly #bytes: number;
  #timer: NodeJS.Timeout | undefined;
  #isFull = false;

  constructor(parent: string, megabytes: number) {
    this.directory = join(parent, randomUUID());
    this.#bytes = megabytes * 1024 * 1024;
    mkdirSync(this.directory, { recursive: true });
  }

  /** Options of Node.js for a process that may write here, and nowhere else. */
  get flags(): readonly string[] {
    return ['--allow-addons', `--allow-fs-write=${join(this.directory, '*')}`];
  }

  /** Bounds the files of a process from its start. */
  bound(pid: number): void {
    limitFileSize(pid, this.#bytes);
  }

  /** Looks at the files while an invocation runs. */
  watch(pid: number): void {
    this.unwatch();
    this.#timer = setInterval(() => this.#look(pid), LOOK_MS);
  }

  unwatch(): void {
    clearInterval(this.#timer);
  }

  /** What an invocation that leaves more than the bound failed with; undefined if it does not. */
  failure(): string | undefined {
    const bytes = bytesBelow(this.directory);
    if (bytes <= this.#bytes) return undefined;
    return `ENOSPC: no space left on device: /tmp holds ${bytes} bytes of ${this.#bytes}`;
  }

  remove(): void {
    this.unwatch();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #look(pid: number): void {
    const isFull = bytesBelow(this.directory) > this.#bytes;
    if (isFull !== this.#isFull) limitFileSize(pid, isFull ? 0 : this.#bytes);
    this.#isFull = isFull;
  }
}
