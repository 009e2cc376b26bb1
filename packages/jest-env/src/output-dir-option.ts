import path from 'node:path';

/** Where captures go: `outputDir` as seen from Jest's root directory. */
export function resolveOutputDir(rootDir: string, outputDir = 'test-results/socket-wrapper'): string {
  return path.resolve(rootDir, outputDir);
}
