/** What knip must know: where programs start, and what is used in ways that it does not see. */
import programs from './.ci/programs.json' with { type: 'json' };

export default {
  // Programs of the machine, and a script of the root package.
  ignoreBinaries: [
    new RegExp(`^(${Object.keys(programs).join('|')}|apt-get|build|ctest|demo|dpkg-deb|erlc|g\\+\\+|make|mkfifo)$`),
  ],
  ignoreExportsUsedInFile: true,
  workspaces: {
    '.': {
      entry: ['.ci/*.mjs', 'action/{main,post}.js', 'test/*.test.ts', 'test/types/*.ts'],
      ignoreDependencies: [
        // Found in node_modules by test/runners.test.ts.
        /^@playwright\//,
        'mocha',
        '@socket-wrapper/preload',
      ],
    },
    'packages/core': {
      entry: ['src/*.ts'],
    },
    'packages/preload': {
      // The last one is loaded into programs, by its path.
      entry: ['test/{native,soundness}/**/*.test.ts', 'src/tls/key-log-preload.cts'],
    },
    'packages/vitest-plugin': {
      ignore: ['test/fixtures/**'],
      entry: ['src/{index,plugin,setup,reporter}.ts'],
    },
    'packages/jest-env': {
      ignore: ['test/fixtures/**', 'test/types/**'],
      entry: ['src/{index,reporter,sandbox,runtime,environment}.{ts,mts}'],
      ignoreDependencies: ['jest', 'jest29', 'jest-junit'],
    },
    'examples/clients': {
      entry: ['*.test.ts'],
    },
    'examples/demo': {
      entry: ['*.mjs', '*.test.ts'],
    },
    benchmarks: {
      entry: ['*.mjs'],
    },
  },
  rules: {
    duplicates: 'off',
  },
};
