import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const DIST = new URL('../dist/', import.meta.url);

/** The declarations that `entry` exports, without comments: what a change of API changes. */
function declarationsOf(entry: string): string {
  const reexports = read(entry).matchAll(/^export (?:type )?\{ ([^}]+) \} from '(.+)\.js';$/gm);
  return [...reexports].map(([, names = '', module]) => exportsOf(`${module}.d.ts`, namesIn(names))).join('\n');
}

function exportsOf(module: string, names: readonly string[]): string {
  const declarations = withoutComments(read(module)).split(/^(?=\S)(?!\})/m);
  const nameOf = (declaration: string) =>
    /^export .*?(?:class|function|interface|type|const) (\w+)/.exec(declaration)?.[1];
  const exported = declarations.filter((declaration) => names.includes(nameOf(declaration) ?? ''));
  if (exported.length !== names.length) throw new Error(`${module} declares ${exported.length} of ${names}`);
  return `// ${module.replace('./', '')}\n${exported.join('')}`;
}

function namesIn(exportList: string): string[] {
  return exportList.split(', ').map((name) => name.replace('type ', ''));
}

function withoutComments(declarations: string): string {
  return declarations.replaceAll(/^[ \t]*\/\*\*[\s\S]*?\*\/\n/gm, '').replaceAll(/^\/\/.*\n?/gm, '');
}

function read(module: string): string {
  return readFileSync(new URL(module, DIST), 'utf8');
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
