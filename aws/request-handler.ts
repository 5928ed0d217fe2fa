import { Agent } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';

/** Enough connections for the parts of one chunk and the reads of its slices, and some more. */
const MAX_SOCKETS = 64;

const CONNECT_MILLISECONDS = 5_000;

/**
 * After so long without a byte a request is given up, and sent again on another connection. The
 * handler begins to count three seconds after it sent the request.
 */
export const SILENCE_MILLISECONDS = 30_000;

/** The same for requests at which S3 moves up to 48 TiB before it says anything. */
const PATIENT_MILLISECONDS = 600_000;

type SdkHandler = S3Client['config']['requestHandler'];
type HandlerArguments = Parameters<SdkHandler['handle']>;

/** The fields of a request that are used. */
interface HttpRequest {
  readonly method: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Settings of a handler of the SDK, milliseconds. */
interface HandlerSettings {
  readonly connectionTimeout: number;
  readonly socketTimeout: number;
  readonly httpsAgent: Agent;
}

/** How long a connection may be silent. */
export interface Patience {
  readonly silence: number;
  readonly patient: number;
}

const PATIENCE: Patience = { silence: SILENCE_MILLISECONDS, patient: PATIENT_MILLISECONDS };

/** True for the commit of an upload in parts, and for copies. */
function mayTakeMinutes({ method, query, headers }: HttpRequest): boolean {
  const isCommit = method === 'POST' && query?.['uploadId'] !== undefined;
  return isCommit || headers['x-amz-copy-source'] !== undefined;
}

/** The SDK's handler, by way of a client, so that its package need not be named. Made once. */
const HttpHandler = new S3Client({}).config.requestHandler.constructor as new (
  settings: HandlerSettings,
) => SdkHandler;

/**
 * Sends the requests of an SDK client over kept connections, and gives up those that are silent.
 *
 * Without a limit a stuck connection would hold its function until Lambda ends it: the SDK's
 * `requestTimeout` only prints a warning.
 *
 * @param ca the only certificate that is trusted, as PEM. @default those of Node.js
 */
export class RequestHandler {
  readonly #usual: SdkHandler;
  readonly #patient: SdkHandler;

  constructor(ca?: string, { silence, patient }: Patience = PATIENCE) {
    // An agent of our own, so that the SDK does not open a new connection for `Expect`.
    const httpsAgent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, ca });
    const shared = { connectionTimeout: CONNECT_MILLISECONDS, httpsAgent };
    this.#usual = new HttpHandler({ ...shared, socketTimeout: silence });
    this.#patient = new HttpHandler({ ...shared, socketTimeout: patient });
  }

  readonly metadata = { handlerProtocol: 'http/1.1' };

  handle(request: HandlerArguments[0], options?: HandlerArguments[1]) {
    const handler = mayTakeMinutes(request) ? this.#patient : this.#usual;
    return handler.handle(request, options);
  }

  destroy(): void {
    this.#usual.destroy?.();
    this.#patient.destroy?.();
  }

  updateHttpClientConfig(): void {
    // Nothing of it can be changed.
  }

  httpHandlerConfigs(): object {
    return {};
  }
}
