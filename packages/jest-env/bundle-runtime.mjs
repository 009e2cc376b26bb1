// Bundles src/runtime.ts with all it needs into build/runtime.bundle.js, a CommonJS file for load-runtime.ts, and puts the
// licenses of the packages in it beside it.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { rolldown } from 'rolldown';

const here = import.meta.dirname;

const bundle = await rolldown({
  input: path.join(here, 'src/runtime.ts'),
  platform: 'node',
  plugins: [ownModuleUrls()],
});
const { output } = await bundle.write({
  file: path.join(here, 'build/runtime.bundle.js'),
  format: 'cjs',
  codeSplitting: false,
  comments: false,
});
await bundle.close();
await writeFile(path.join(here, 'build/runtime.bundle.LICENSES.txt'), await licensesOf(output[0].moduleIds));

/**
 * Replaces `import.meta.url` by a question that is answered when the bundle runs: the modules of a sibling package look
 * for files next to themselves, and those stay where the sibling is installed.
 */
function ownModuleUrls() {
  return {
    name: 'own-module-urls',
    async transform(code, id) {
      if (!code.includes('import.meta')) return undefined;
      const { name, folder } = await packageOf(id);
      const file = path.relative(folder, id).split(path.sep).join('/');
      const url = `moduleUrl(${JSON.stringify(name)}, ${JSON.stringify(file)})`;
      return { code: code.replaceAll('import.meta.url', url) };
    },
  };
}

/** The license texts of all packages that the modules `ids` come from, but for our own. */
async function licensesOf(ids) {
  const texts = new Map();
  for (const id of ids.filter((id) => path.isAbsolute(id) && id.includes('node_modules'))) {
    const { name, folder } = await packageOf(id);
    if (texts.has(name)) continue;
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`Cannot bundle ${name}: there is no license in ${folder}`);
    texts.set(name, await readFile(path.join(folder, file), 'utf8'));
  }
  return [...texts].map(([name, text]) => `# ${name}\n\n${text.trim()}\n`).join('\n');
}

async function packageOf(file) {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    try {
      const { name } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
      if (name !== undefined) return { name, folder };
    } catch (error) {
      if (error.code !== 'ENOENT' || folder === path.dirname(folder)) throw error;
    }
  }
}
