import { readFileSync } from 'node:fs';

/**
 * Highest resident memory of this process so far. `maxRSS` of Linux begins with that of the process
 * whose fork this one was.
 */
export function peakBytes(): number {
  try {
    const status = readFileSync('/proc/self/status', 'latin1');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
