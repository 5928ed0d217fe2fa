import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 90_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    // A busy machine is no reason to fail.
    expect: { poll: { timeout: 60_000 } },
  },
});
