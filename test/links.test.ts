/** Links between the pages of this workspace. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../', import.meta.url);
const PAGES = [
  'README.md',
  ...readdirSync(new URL('docs/', ROOT)).map((name) => `docs/${name}`),
  ...readdirSync(new URL('packages/', ROOT)).map((name) => `packages/${name}/README.md`),
];

it('The README leads to all pages in docs, each of them directly', () => {
  const pages = PAGES.filter((page) => page.startsWith('docs/'));
  expect(linksOf('README.md')).toEqual(expect.arrayContaining(pages));
});

it.each(PAGES)('%s links to files and headings that exist', (page) => {
  const broken = linksOf(page).filter((link) => {
    const [path = '', heading] = link.split('#');
    const target = new URL(path || page, new URL(path ? page : '', ROOT));
    if (!existsSync(target)) return true;
    return heading !== undefined && !headingsOf(target).includes(heading);
  });
  expect(broken).toEqual([]);
});

function linksOf(page: string): string[] {
  const links = readFileSync(new URL(page, ROOT), 'utf8').matchAll(/\]\((?!https?:)([^)]+)\)/g);
  return [...links].map(([, link = '']) => link);
}

/** As GitHub makes them. */
function headingsOf(page: URL): string[] {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
