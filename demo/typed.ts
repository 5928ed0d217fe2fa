import { processEnvironment } from '#cli/frame/process-environment.ts';
import { main } from '#cli/main.ts';

const environment = processEnvironment();

export function say(line: string): void {
  environment.stdout.write(`${line}\n`);
}

/** Runs one command, as a user would type it. */
export async function cli(...args: string[]): Promise<void> {
  say(`   $ npx sparse-fanout ${args.join(' ')}`);
  const code = await main(args, environment);
  if (code !== 0) process.exit(code);
}
