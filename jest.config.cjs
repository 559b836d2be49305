/** One run of everything; the suffix says the price: *.test.ts no database, *.int.test.ts real Postgres, e2e/*.e2e.test.ts the built server. */
const swc = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/e2e', '<rootDir>/sdk'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.(ts|js|mjs)$': ['@swc/jest', swc] },
  // These packages are ESM only; jest cannot require them untransformed.
  transformIgnorePatterns: [
    '/node_modules/(?!(jose|node-pg-migrate|glob|minimatch|brace-expansion|balanced-match|path-scurry|lru-cache|bentocache|@boringnode|@julr|@poppinss|@paralleldrive|@noble|p-timeout|flattie|case-anything)/)',
  ],
  globalSetup: '<rootDir>/src/mechanisms/postgres/testing-setup.ts',
  globalTeardown: '<rootDir>/src/mechanisms/postgres/testing-teardown.ts',
  maxWorkers: 2,
  // What a file leaves in its worker's heap makes each collection of garbage longer, for all files after it.
  workerIdleMemoryLimit: '512MB',
  testTimeout: 30_000,
};
