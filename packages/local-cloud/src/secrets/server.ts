import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { AccessDenied, type Authorize, type Identify } from '#local/authorization.ts';
import { regionalArn } from '#local/deploy/account.ts';
import { listen, PATIENT, stopListening } from '#local/listen.ts';
import { SignatureError, verifySignature } from '#local/sigv4.ts';

/** Texts of secrets by their names. */
export type Secrets = Readonly<Record<string, string>>;

/** What the local Secrets Manager needs. */
export interface SecretsServerOptions {
  /** Certificate of the endpoint, PEM. */
  readonly tls: { readonly key: string; readonly cert: string };
  /** Region that requests are signed for. */
  readonly region: string;
  readonly identify: Identify;
  readonly authorize: Authorize;
  /** Held in memory alone. */
  readonly secrets: Secrets;
}

/** A running local Secrets Manager. */
export interface SecretsServer {
  /** Such as `https://localhost:43121`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** An error as AWS names it. */
class SecretsError extends Error {
  override readonly name: string;

  constructor(name: 'ResourceNotFoundException' | 'InvalidParameterException', message: string) {
    super(message);
    this.name = name;
  }
}

const TARGET = 'secretsmanager.GetSecretValue';

/** AWS puts six characters of chance behind the name of a secret; here they are always these. */
const SUFFIX = '-000000';

const input = z.object({ SecretId: z.string().min(1) });

/** ARN of the secret of a name. */
function arnOf(name: string): string {
  return regionalArn('secretsmanager', `secret:${name}${SUFFIX}`);
}

/** Name of the secret that is asked for by its name, its ARN, or its ARN without the suffix. */
function nameOf(id: string, secrets: Secrets): string | undefined {
  return Object.keys(secrets).find((name) =>
    [name, arnOf(name), arnOf(name).slice(0, -SUFFIX.length)].includes(id),
  );
}

async function answer(options: SecretsServerOptions, request: IncomingMessage): Promise<object> {
  const { identify, authorize, region, secrets } = options;
  const body = await buffer(request);
  const { headers } = request;
  const rules = { identify, region, service: 'secretsmanager', now: () => new Date() };
  const accessKeyId = verifySignature({ headers, body }, rules);
  const target = String(headers['x-amz-target'] ?? '');
  if (target !== TARGET) {
    const message = `${target} is not implemented by the local Secrets Manager`;
    throw new SecretsError('InvalidParameterException', message);
  }
  const { SecretId: id } = input.parse(JSON.parse(body.toString()));
  const name = nameOf(id, secrets);
  const resource = arnOf(name ?? id.replace(/^.*:secret:/, ''));
  const context = { 'aws:SecureTransport': 'true' };
  authorize({ accessKeyId, action: TARGET.replace('.', ':'), resource, context });
  if (name === undefined) {
    const message = "Secrets Manager can't find the specified secret.";
    throw new SecretsError('ResourceNotFoundException', message);
  }
  return { ARN: resource, Name: name, SecretString: secrets[name], VersionStages: ['AWSCURRENT'] };
}

function typeOf(error: unknown): string {
  if (error instanceof AccessDenied) return 'AccessDeniedException';
  if (error instanceof SecretsError || error instanceof SignatureError) return error.name;
  return error instanceof z.ZodError ? 'InvalidParameterException' : 'InternalServiceError';
}

async function serve(
  options: SecretsServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, body: object) => {
    response.writeHead(status, {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': randomUUID(),
    });
    response.end(JSON.stringify(body));
  };
  try {
    send(200, await answer(options, request));
  } catch (error) {
    const __type = typeOf(error);
    const message = error instanceof Error ? error.message : String(error);
    send(__type === 'InternalServiceError' ? 500 : 400, { __type, message });
  }
}

/**
 * Starts a Secrets Manager on this machine that can do one thing: `GetSecretValue` of text secrets,
 * over HTTPS on a port of `localhost`.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export async function startSecretsServer(options: SecretsServerOptions): Promise<SecretsServer> {
  const server = createServer({ ...options.tls, ...PATIENT }, (request, response) => {
    void serve(options, request, response);
  });
  const port = await listen(server, 'localhost', 0);
  return { endpoint: `https://localhost:${port}`, close: () => stopListening(server) };
}
