import type { Environment } from '#cli/main.ts';

/**
 * Streams of this process, and a signal that Ctrl-C or a termination aborts. The first one lets the
 * command close what it opened; the second ends the process at once.
 */
export function processEnvironment(): Environment {
  const { stdout, stderr } = process;
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  // The write that failed is told as well; unheard, the event would end the process.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  return { stdout, stderr, signal: controller.signal };
}
