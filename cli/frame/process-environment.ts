import type { Environment } from './command-io.ts';

/**
 * Streams of this process, and a signal that is aborted by Ctrl-C, a request to terminate, or the
 * end of the terminal. After the first one the command closes what it opened; a second one ends the
 * process at once.
 */
export function processEnvironment(): Environment {
  const { stdout, stderr } = process;
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt).once('SIGHUP', interrupt);
  // The call that wrote gets the error too. Without a listener this event would end the process.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  return { stdout, stderr, signal: controller.signal };
}
