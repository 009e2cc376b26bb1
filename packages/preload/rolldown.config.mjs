// Bundles what worker threads load into one file, and the package into another: a test runner that isolates test files loads the
// package anew for each of them, and many small modules take several times as long as one.

export default [
  {
    input: 'src/attach/worker.ts',
    platform: 'node',
    // Of core only one class of errors is used.
    treeshake: { moduleSideEffects: false },
    output: { file: 'dist/attach-worker.cjs', format: 'cjs', codeSplitting: false, comments: false },
  },
  {
    input: 'dist/index.js',
    platform: 'node',
    external: [/^[^./]/],
    output: { file: 'dist/bundled/index.js', format: 'esm', codeSplitting: false, comments: false },
  },
];
