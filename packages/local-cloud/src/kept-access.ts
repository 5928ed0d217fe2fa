import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Endpoints } from './state-directory.ts';

const FILE = 'access.json';

const accessSchema = z.strictObject({
  secretAccessKey: z.string(),
  endpoints: z.strictObject({
    s3: z.url(),
    dynamodb: z.url(),
    states: z.url(),
    // State directories of before have none.
    lambda: z.url().optional(),
  }),
  // Nor these.
  accessKeyId: z.string().optional(),
  region: z.string().optional(),
  caFile: z.string().optional(),
  outputs: z.record(z.string(), z.string()).optional(),
});

/** What the file of a state directory holds. */
export type AccessFile = z.infer<typeof accessSchema>;

/** What clients need of a local cloud that has started, beside its secret. */
interface StartedAccess {
  readonly endpoints: Endpoints;
  readonly accessKeyId: string;
  readonly region: string;
  /** PEM file of the only certificate that they trust. */
  readonly caFile: string;
  /** The stack's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** Ports to ask for; 0 is any free one. */
export type Ports = Readonly<Record<keyof Endpoints, number>>;

const ANY_PORTS: Ports = { s3: 0, dynamodb: 0, states: 0, lambda: 0 };

/**
 * How clients reach the local cloud of one state directory. It stays the same from start to start,
 * as far as possible.
 */
export interface KeptAccess {
  /** Of the account's own user. */
  readonly secretAccessKey: string;
  /** Where the services answered last. */
  readonly ports: Ports;
  /** Writes the access down for clients and the next start, readable by this user alone. */
  keep(started: StartedAccess): Promise<void>;
}

/** What a state directory says of access to it; undefined where nothing was kept. */
export async function readKept(stateDirectory: string): Promise<AccessFile | undefined> {
  try {
    return accessSchema.parse(JSON.parse(await readFile(join(stateDirectory, FILE), 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function portsOf({ s3, dynamodb, states, lambda }: AccessFile['endpoints']): Ports {
  const portOf = (url: string) => Number(new URL(url).port);
  return {
    s3: portOf(s3),
    dynamodb: portOf(dynamodb),
    states: portOf(states),
    lambda: lambda === undefined ? 0 : portOf(lambda),
  };
}

/** Finds the access that was kept in a state directory, or makes a new one. */
export async function openAccess(stateDirectory: string): Promise<KeptAccess> {
  const file = join(stateDirectory, FILE);
  const kept = await readKept(stateDirectory);
  const secretAccessKey = kept?.secretAccessKey ?? randomBytes(30).toString('base64url');
  return {
    secretAccessKey,
    ports: kept ? portsOf(kept.endpoints) : ANY_PORTS,
    async keep(started) {
      const draft = `${file}.${randomUUID()}`;
      await writeFile(draft, JSON.stringify({ secretAccessKey, ...started }), { mode: 0o600 });
      await rename(draft, file);
    },
  };
}
