/**
 * Runs one handler once and reports what it cost. Plain JavaScript: nothing is loaded that Lambda
 * would not load. Arguments: the file of the bundle, and the event as JSON.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const FUNCTION_MILLISECONDS = 15 * 60 * 1000;

/** As `support/peak-bytes.ts`, which only Node's reader of TypeScript could load. */
function peakKibibytes() {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}

const [bundle, event] = process.argv.slice(2);
const deadline = Date.now() + FUNCTION_MILLISECONDS;
const context = {
  functionName: 'measured',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:measured',
  memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  awsRequestId: '00000000-0000-0000-0000-000000000000',
  getRemainingTimeInMillis: () => deadline - Date.now(),
};
const { handler } = await import(pathToFileURL(bundle).href);
const result = await handler(JSON.parse(event), context);
const { user, system } = process.cpuUsage();
const figures = { cpuSeconds: (user + system) / 1e6, megabytes: peakKibibytes() * 1.024e-3 };
process.send({ result, figures }, () => process.exit(0));
