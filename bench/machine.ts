import os from 'node:os';

/** What a result was measured on, and how busy it was. */
export function thisMachine() {
  return {
    date: new Date().toISOString(),
    cpu: os.cpus()[0]?.model,
    cores: os.cpus().length,
    load: os.loadavg()[0],
    node: process.version,
  };
}
