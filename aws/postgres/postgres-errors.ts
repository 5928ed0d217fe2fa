import {
  AccessDeniedError,
  DatabaseError,
  FanoutError,
  ServiceUnavailableError,
  ThrottledError,
} from '#core/errors.ts';

/** The fields of an error of `pg` that are used. */
interface PostgresError extends Error {
  /** Five characters of SQLSTATE of the server, or the code of an error of Node. */
  readonly code?: string;
  /** Where in a COPY it happened. */
  readonly where?: string;
  readonly detail?: string;
}

/** SQLSTATEs of a server that ends, starts, or undoes a transaction for others. */
const BROKEN = /^(?:08|57P0|40001|40P01|25P03)/;
const FULL = /^53(?:100|200|400)/;
const MANY = '53300';
const READ_ONLY = '25006';
const LOGIN = /^28/;
const NO_DATABASE = '3D000';
const NO_PERMISSION = '42501';
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Codes of Node for a certificate that is not trusted. */
const CERTIFICATE = /CERT|SIGNATURE|ERR_TLS|SELF_SIGNED|ISSUER/;
const NO_TLS =
  /does not support SSL|SSL negotiation|no pg_hba\.conf entry.*(?:no encryption|SSL off)/;

function isOfServer({ code }: PostgresError): boolean {
  return code !== undefined && SQLSTATE.test(code) && !code.startsWith('E');
}

/** What a server refuses to everybody, or at any time; undefined for anything else. */
function refusal({ code = '', message }: PostgresError, name: string): FanoutError | undefined {
  const connection = `the database of connection ${name}`;
  if (MANY === code) {
    return new ThrottledError(
      `${connection} has no free connection (${code}); lower limits.concurrency, or raise its max_connections`,
    );
  }
  if (FULL.test(code)) {
    return new DatabaseError(
      `${connection} is full (${code}: ${message}); make room, then redrive the execution`,
    );
  }
  if (READ_ONLY === code) {
    return new DatabaseError(
      `${connection} is read-only (${code}); name the writer's endpoint in its secret, or free its disk`,
    );
  }
  return undefined;
}

/**
 * Why a connection could not be opened, as a named error without anything of the secret: host,
 * user and database are only in that.
 */
export function connectProblem(thrown: unknown, name: string): unknown {
  if (thrown instanceof FanoutError || !(thrown instanceof Error)) return thrown;
  const error = thrown as PostgresError;
  const { code = '', message } = error;
  const connection = `connection ${name}`;
  if (NO_TLS.test(message)) {
    return new DatabaseError(
      `${connection}: server and deployment do not agree on TLS, which the deployment ${message.startsWith('no pg_hba') ? 'switches off and the server requires' : 'requires and the server does not have'}; set tls of the connection, or switch TLS on in the server`,
    );
  }
  if (CERTIFICATE.test(code)) {
    return new DatabaseError(
      `${connection}: the certificate of the server is not trusted (${code}); put the PEM of its authority into the secret as ca`,
    );
  }
  if (LOGIN.test(code)) {
    return new AccessDeniedError(
      `${connection}: the server refuses user and password of the secret, or that they come from here (${code}); put right the secret, or pg_hba.conf; of auth 'iam' GRANT rds_iam to the user, and switch IAM on in the server`,
    );
  }
  if (code === NO_DATABASE || code === NO_PERMISSION) {
    return new AccessDeniedError(
      `${connection}: the database of the secret does not exist, or its user may not CONNECT to it (${code})`,
    );
  }
  return (
    refusal(error, name) ??
    new ServiceUnavailableError(
      `${connection}: the server cannot be reached (${code || error.name}); check host, port, subnets and security groups`,
    )
  );
}

/**
 * Why a statement failed, as a named error; the server's own words stand in it.
 *
 * @param action what failed, such as `load chunk 3 into "public"."flights"`.
 */
export function queryProblem(thrown: unknown, name: string, action: string): unknown {
  if (thrown instanceof FanoutError || !(thrown instanceof Error)) return thrown;
  const error = thrown as PostgresError;
  const { code = '', message, where, detail } = error;
  const options = { cause: error };
  if (!isOfServer(error) || BROKEN.test(code)) {
    return new ServiceUnavailableError(
      `could not ${action}: the connection to ${name} was lost (${code || error.name}: ${message})`,
      options,
    );
  }
  const said = [message, where, detail].filter(Boolean).join('; ');
  if (code === NO_PERMISSION) {
    return new AccessDeniedError(
      `may not ${action} (${code}: ${said}); grant it to the user of connection ${name}`,
      options,
    );
  }
  return (
    refusal(error, name) ?? new DatabaseError(`could not ${action} (${code}: ${said})`, options)
  );
}
