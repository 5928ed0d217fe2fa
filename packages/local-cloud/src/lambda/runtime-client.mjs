/**
 * Runs in the process of one Lambda function: fetches invocations from the Runtime API, calls the
 * handler and sends back what it returned or threw. Plain JavaScript, because a function's process
 * should load nothing of ours that AWS's own runtime would not load.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { existsSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';

const { env } = process;
const root = `http://${env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

/**
 * The invocation that is running. An error outside the handler's promise is reported as its error.
 */
let currentRequestId;

/** @returns {Promise<{ headers: http.IncomingHttpHeaders, body: string }>} */
function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const request = http.request(`${root}${path}`, { method, agent, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** As AWS's runtime does it: Step Functions matches `errorType`. */
function describeError(error) {
  return JSON.stringify(
    types.isNativeError(error)
      ? {
          errorType: error.name,
          errorMessage: error.message,
          trace: (error.stack ?? '').split('\n'),
        }
      : { errorType: typeof error, errorMessage: String(error), trace: [] },
  );
}

async function loadHandler() {
  const dot = env._HANDLER.lastIndexOf('.');
  const base = join(env.LAMBDA_TASK_ROOT, env._HANDLER.slice(0, dot));
  const file = ['.mjs', '.js', '.cjs'].map((ending) => base + ending).find(existsSync);
  if (!file) {
    const missing = new Error(`Cannot find module '${base}'`);
    missing.name = 'Runtime.ImportModuleError';
    throw missing;
  }
  const handler = (await import(pathToFileURL(file).href))[env._HANDLER.slice(dot + 1)];
  if (typeof handler === 'function') return handler;
  const missing = new Error(`${env._HANDLER} is undefined or not exported`);
  missing.name = 'Runtime.HandlerNotFound';
  throw missing;
}

function createContext(headers) {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

async function invokeNext(handler) {
  const { headers, body } = await call('GET', '/invocation/next');
  const requestId = headers['lambda-runtime-aws-request-id'];
  currentRequestId = requestId;
  env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  let answer;
  try {
    const result = await handler(JSON.parse(body), createContext(headers));
    answer = ['response', JSON.stringify(result) ?? 'null'];
  } catch (error) {
    answer = ['error', describeError(error)];
  }
  await call('POST', `/invocation/${requestId}/${answer[0]}`, answer[1]);
  currentRequestId = undefined;
}

async function failOutside(error, exitCode) {
  const path = currentRequestId ? `/invocation/${currentRequestId}/error` : '/init/error';
  await call('POST', path, describeError(error)).catch(() => undefined);
  process.exit(exitCode);
}

process.on('uncaughtException', (error) => failOutside(error, 129));
process.on('unhandledRejection', (reason) => {
  const error = new Error(String(reason), { cause: reason });
  error.name = 'Runtime.UnhandledPromiseRejection';
  return failOutside(error, 128);
});
// A file that grows past the bound of ephemeral storage fails with EFBIG, instead of ending all.
process.on('SIGXFSZ', () => undefined);
// The host holds the other end. When the host ends in any way, this process ends too.
process.stdin.on('close', () => process.exit(1)).resume();

try {
  const handler = await loadHandler();
  for (;;) await invokeNext(handler);
} catch (error) {
  await failOutside(error, 1);
}
