/**
 * Runs dynalite for a `TableStore`, in a thread of its own: its errors are thrown where nobody
 * could catch them, and its work would delay the bodies of S3.
 */
import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';

/** One answer of the DynamoDB protocol. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the store is asked for: an operation, with its parameters as JSON text, or its end. */
export type TableQuestion =
  | { readonly id: number; readonly operation: string; readonly body: string }
  | 'close';

/** An answer, or an error of the disk, which concerns all that is under way. */
export type TableReport =
  | { readonly id: number; readonly answer: Answer }
  | { readonly broken: { readonly message: string; readonly code: string | undefined } };

/** What dynalite writes its answer to. */
class AnswerRecorder extends EventEmitter {
  statusCode = 200;
  readonly headers: Record<string, string> = {};
  readonly #finish: (body: string) => void;

  constructor(finish: (body: string) => void) {
    super();
    this.#finish = finish;
  }

  setHeader(name: string, value: unknown): void {
    this.headers[name.toLowerCase()] = String(value);
  }

  end(body = ''): void {
    this.#finish(body);
  }
}

/** dynalite checks only that these are present. */
const SIGNED = {
  authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=local, Signature=local',
  'x-amz-date': 'local',
  'content-type': 'application/x-amz-json-1.0',
};

const { directory } = workerData as { readonly directory: string };
const server: Server = dynalite({ path: directory, createTableMs: 0 });

function report(message: TableReport): void {
  parentPort?.postMessage(message);
}

/** dynalite does not listen on a port; it gets each request as if it did. */
function run({ id, operation, body }: Exclude<TableQuestion, 'close'>): void {
  const request = Object.assign(Readable.from([Buffer.from(body)]), {
    method: 'POST',
    url: '/',
    headers: { ...SIGNED, 'x-amz-target': `DynamoDB_20120810.${operation}` },
  });
  const recorder = new AnswerRecorder((text) => {
    const { statusCode: status, headers } = recorder;
    report({ id, answer: { status, headers, body: text } });
  });
  server.emit('request', request, recorder);
}

/** dynalite closes its store only after a server that listened has stopped. */
function close(): void {
  server.listen(0, '127.0.0.1', () => server.close(() => parentPort?.close()));
}

process.on('uncaughtException', ({ message, code }: NodeJS.ErrnoException) => {
  // A message between threads keeps no code of an error.
  report({ broken: { message, code } });
});
parentPort?.on('message', (question: TableQuestion) => {
  if (question === 'close') close();
  else run(question);
});
