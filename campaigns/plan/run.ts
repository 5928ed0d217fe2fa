/** `npm run campaign -- plan`: what plans promise, compared with what the same requests took. */
import { CallCounter } from '#support/call-counter.ts';
import { LocalStack } from '#support/local-stack.ts';
import { plannedMatrices } from './matrices.ts';
import { proveMatrix } from './prove-matrix.ts';
import { proveTables } from './prove-tables.ts';

const counter = new CallCounter();
const stack = await LocalStack.start(undefined, counter);
const room = { stack, counter, say: (line: string) => void process.stdout.write(`${line}\n`) };
try {
  let isRight = true;
  for await (const matrix of plannedMatrices()) {
    isRight = (await proveMatrix(room, matrix)) && isRight;
  }
  isRight = (await proveTables(room)) && isRight;
  process.exitCode = isRight ? 0 : 1;
} finally {
  await stack.close();
}
