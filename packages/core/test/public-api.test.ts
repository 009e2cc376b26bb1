import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const DIST = new URL('../dist/', import.meta.url);

/** The declarations of the modules that `entry` exports from, without comments: what a change of API changes. */
function declarationsOf(entry: string): string {
  const index = declaration(entry);
  const modules = [...index.matchAll(/from '(.+)\.js'/g)].map(([, module]) => `${module}.d.ts`);
  return [entry, ...modules].map((module) => `// ${module.replace('./', '')}\n${declaration(module)}`).join('\n');
}

function declaration(module: string): string {
  return readFileSync(new URL(module, DIST), 'utf8')
    .replaceAll(/\/\*\*[\s\S]*?\*\/\n?/g, '')
    .replaceAll(/^\s*(?:\/\/.*)?\n/gm, '')
    .replaceAll(/^\s*\/\/# sourceMappingURL=.*$/gm, '');
}

describe('the public API', () => {
  it('exports these values', async () => {
    const names = Object.keys(await import(new URL('index.js', DIST).href));
    await expect(`${names.sort().join('\n')}\n`).toMatchFileSnapshot('public-api/values.txt');
  });

  it('declares these types', async () => {
    await expect(declarationsOf('index.d.ts')).toMatchFileSnapshot('public-api/types.d.ts.txt');
  });
});
