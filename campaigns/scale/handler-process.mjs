/**
 * Runs one handler once and reports what it cost. Plain JavaScript: nothing is loaded that Lambda
 * would not load. Arguments: the file of the bundle, and the event as JSON.
 */
import { pathToFileURL } from 'node:url';

const FUNCTION_MILLISECONDS = 15 * 60 * 1000;

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
const { maxRSS } = process.resourceUsage();
const figures = { cpuSeconds: (user + system) / 1e6, megabytes: (maxRSS * 1024) / 1e6 };
process.send({ result, figures }, () => process.exit(0));
