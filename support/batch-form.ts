import type { Manifest } from '#core/manifest/manifest.ts';
import type { LocalServices } from './local-services.ts';

/** The rows of an output. */
export interface Content {
  readonly text: string;
  /** What its manifest says of it; undefined where it depends on how many runs there were. */
  readonly crc32: string | undefined;
}

/** Batches that one output gets after each other, small enough that a run takes a moment. */
export interface BatchForm {
  /** Part of the names of folders. */
  readonly name: string;
  /** Puts a batch, counted from 0, as an object. @returns the request, without a place */
  request(services: LocalServices, batch: number): Promise<BatchRequest>;
  /** Of how many batches after each other an output has rows. @default as its mode says */
  runs?(order: readonly number[]): number;
  /** Reads all chunks in the manifest's order. @param read gives an object by its URI */
  content(manifest: Manifest, read: (uri: string) => Promise<Buffer>): Promise<Content>;
  /** What the output has to hold. @param run runs a request into an output of its own */
  expected(
    services: LocalServices,
    live: readonly number[],
    run: (name: string, request: BatchRequest) => Promise<Content>,
  ): Promise<Content>;
}

/** A request whose output has no place yet. */
export interface BatchRequest {
  readonly source: unknown;
  readonly output: object;
  readonly chunking?: { readonly rows: number };
}
