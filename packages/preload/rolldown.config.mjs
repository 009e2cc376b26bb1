// Bundles what worker threads load into one file.

export default {
  input: 'src/attach/worker.ts',
  platform: 'node',
  // Of core only one class of errors is used.
  treeshake: { moduleSideEffects: false },
  output: { file: 'dist/attach-worker.cjs', format: 'cjs', codeSplitting: false, comments: false },
};
