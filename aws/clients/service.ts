import { type Patience, RequestHandler } from '#aws/request-handler.ts';

/** Address of a service, if it is not the one of the environment's AWS configuration. */
export interface ServiceAddress {
  /** URL, such as `https://127.0.0.1:4566`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The only certificate that is trusted, as PEM. */
  readonly ca: string;
  /** @default that of {@link RequestHandler} */
  readonly patience?: Patience;
  /** Tries of one request. @default `AWS_MAX_ATTEMPTS` of the environment, or the SDK's three */
  readonly tries?: number;
}

/** Where the SDK's default configuration is not to be followed. */
export interface ServiceChoice {
  readonly region?: string;
  /** A profile of the shared configuration files. */
  readonly profile?: string;
}

/** What a client of a service is created with. */
export function settingsFor(address: ServiceAddress | ServiceChoice = {}) {
  const { ca, patience, tries, ...where } = address as Partial<ServiceAddress> & ServiceChoice;
  const requestHandler = new RequestHandler(ca, patience);
  return { ...where, requestHandler, ...(tries !== undefined && { maxAttempts: tries }) };
}

interface Client {
  readonly middlewareStack: { remove(name: string): boolean };
}

/**
 * Takes away the SDK's log of each call. Nobody reads it, but the SDK copies every answer for it,
 * which is a fifth of what Finalize takes for a million chunks.
 */
export function quiet<C extends Client>(client: C): C {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
