// Bundles each entry of the package into one file, and what they share into another: a test runner that isolates test files
// loads the package anew for each of them, and a hundred small modules take several times as long as one.

export default {
  input: { index: 'dist/index.js', pcap: 'dist/pcap.js' },
  platform: 'node',
  external: [/^[^./]/],
  output: { dir: 'dist/bundled', format: 'esm', chunkFileNames: 'shared.js', comments: false },
};
