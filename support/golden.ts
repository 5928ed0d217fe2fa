import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The texts that pandas prints, one for each profile. */
type GoldenProfile = 'typed' | 'zero0' | 'empty';

interface GoldenText {
  readonly bytes: number;
  readonly sha256: string;
  /** Below the fixtures' folder, see {@link goldenPath}. */
  readonly file: string;
}

interface GoldenChunk {
  readonly rows: readonly [rowStart: number, rowEnd: number];
  readonly bytes: number;
  readonly sha256: string;
}

/** One input file with what it holds and the text expected of it. */
export interface GoldenCase {
  readonly id: string;
  readonly file: string;
  readonly format: string;
  readonly shape: readonly [rows: number, columns: number];
  /** Entries stored. */
  readonly stored: number;
  /** NumPy's type string of `data`. */
  readonly dtype: string;
  readonly compressed: boolean;
  readonly features: readonly string[];
  readonly contract: Readonly<Record<GoldenProfile, GoldenText>> & {
    readonly typed: { readonly chunks: readonly GoldenChunk[] };
  };
}

/** One file of another format with the typed text expected of it. */
interface GoldenLater extends GoldenText {
  readonly expected: string;
  readonly shape: readonly [rows: number, columns: number];
  /** Entries stored. */
  readonly stored: number;
}

/** A folder that `python/sparse_to_s3.py` could have written, and its text. */
interface GoldenBundle {
  readonly dir: string;
  /** SHA-256 of the typed text. */
  readonly typed: string;
  readonly bytes: number;
}

interface GoldenSet {
  readonly cases: readonly GoldenCase[];
  readonly bundles: readonly GoldenBundle[];
  readonly later: readonly GoldenLater[];
  readonly invalid: readonly { readonly file: string; readonly why: string }[];
}

/** Path of a file of the golden set, such as `inputs/tall.npz`. */
export function goldenPath(file: string): string {
  return fileURLToPath(new URL(`../test/fixtures/golden/${file}`, import.meta.url));
}

/** Bytes of a file of the golden set. */
export function goldenBytes(file: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(goldenPath(file)));
}

/** Everything that `cases.json` lists. */
export const golden: GoldenSet = JSON.parse(readFileSync(goldenPath('cases.json'), 'utf8'));

/** The cases whose rows can be read as they lie. */
export const storedCsrCases: readonly GoldenCase[] = golden.cases.filter(
  ({ format, compressed }) => format === 'csr' && !compressed,
);
