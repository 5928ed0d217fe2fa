import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{test,bench,campaigns,packages}/**/*.test.ts'],
    testTimeout: 90_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['core/**/*.ts'],
      reporter: [['text', { skipFull: true }]],
      thresholds: { lines: 100, statements: 100, functions: 100, branches: 98 },
    },
  },
});
