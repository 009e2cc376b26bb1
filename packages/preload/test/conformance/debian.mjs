/**
 * Gets suites from Debian into the cache: sources, and packages that are unpacked there and not installed. Works for an
 * ordinary user, with the mirrors that this machine's apt uses.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from './places.mjs';

/**
 * The folder of a source package, unpacked and with Debian's patches.
 *
 * @param {string} name such as libuv1
 * @param {string} [release] of Debian, such as trixie, where this machine's own has a version that does not fit
 */
export function sourcePackage(name, release = ownRelease()) {
  const folder = join(CACHE, 'source', release === ownRelease() ? name : `${name}-${release}`);
  const found = sourceIn(folder);
  if (found !== undefined) return found;

  mkdirSync(folder, { recursive: true });
  /* Scripts in there are not modules of this package, and no ECMAScript modules. */
  writeFileSync(join(CACHE, 'package.json'), '{}\n');
  console.log(`${name}: getting Debian's source`);
  apt(['source', '--quiet', name], folder, release);
  return sourceIn(folder);
}

function sourceIn(folder) {
  if (!existsSync(folder)) return undefined;
  /* While dpkg-source is at work there is no debian folder. */
  const [entry] = readdirSync(folder).filter((each) => existsSync(join(folder, each, 'debian/rules')));
  return entry === undefined ? undefined : join(folder, entry);
}

/**
 * A folder with the files of packages, and of all they depend on that is not installed, as if it were `/`.
 *
 * @param {string} name of the folder
 * @param {string[]} packages
 */
export function unpackedPackages(name, packages) {
  const root = join(CACHE, 'root', name);
  const mark = join(root, '.complete');
  if (existsSync(mark)) return root;

  const archives = join(CACHE, 'archives', name);
  mkdirSync(join(archives, 'archives/partial'), { recursive: true });
  mkdirSync(root, { recursive: true });
  console.log(`${name}: getting Debian's ${packages.join(', ')}`);
  const options = ['--yes', '--quiet', '--download-only', '--no-install-recommends', '--reinstall'];
  apt(['install', ...options, '-o', `Dir::Cache=${archives}`, '-o', 'Debug::NoLocking=1', ...packages], root);
  const fetched = () => readdirSync(join(archives, 'archives')).filter((each) => each.endsWith('.deb'));
  /* What is installed in a version of its own, an update, cannot be installed again. */
  const missing = packages.filter((each) => !fetched().some((file) => file.startsWith(`${each}_`)));
  const released = missing.map((each) => `${each}/${ownRelease()}`);
  if (missing.length > 0) apt(['download', '--quiet', ...released], join(archives, 'archives'));
  for (const file of fetched()) execFileSync('dpkg-deb', ['--extract', join(archives, 'archives', file), root]);
  writeFileSync(mark, '');
  return root;
}

/** Runs apt-get with lists of its own, of one release, that sources are in too. */
function apt(args, cwd, release = ownRelease()) {
  const state = join(CACHE, 'apt', release);
  const config = join(state, 'apt.conf');
  const environment = { ...process.env, APT_CONFIG: config, LC_ALL: 'C' };
  if (!existsSync(config)) {
    mkdirSync(join(state, 'lists/partial'), { recursive: true });
    writeFileSync(join(state, 'sources.list'), mirrors(release));
    const lines = [
      `Dir::Etc::SourceList "${state}/sources.list";`,
      'Dir::Etc::SourceParts "/nonexistent";',
      `Dir::State::Lists "${state}/lists";`,
      `Dir::Cache "${state}";`,
      /* The user of apt cannot write to folders of another. */
      'APT::Sandbox::User "";',
    ];
    execFileSync('apt-get', ['update', '--quiet', '-c', writeConfig(`${config}.new`, lines)], { stdio: 'pipe' });
    writeConfig(config, lines);
  }
  try {
    execFileSync('apt-get', args, { cwd, env: environment, stdio: 'pipe' });
  } catch (error) {
    throw new Error(`apt-get ${args.join(' ')} failed in ${cwd}: ${error.stderr}`, { cause: error });
  }
}

function writeConfig(path, lines) {
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** The name of the release of Debian that this machine runs. */
function ownRelease() {
  return /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
}

/** A release of Debian, without its updates, in the form of sources.list(5): mirrors do not keep the sources of all updates. */
function mirrors(release) {
  const own = ownRelease();
  const format = '$(REPO_URI) $(COMPONENT)';
  const filter = ['Created-By: Packages', 'Origin: Debian', `Release: ${own}`];
  const targets = execFileSync('apt-get', ['indextargets', '--format', format, ...filter], { encoding: 'utf8' });
  const places = new Set(targets.split('\n').filter((each) => each !== ''));
  if (places.size === 0) throw new Error(`apt knows no repository of Debian's release ${own}`);
  return [...places]
    .map((each) => each.replace(' ', ` ${release} `))
    .map((each) => (release === own ? `deb ${each}\ndeb-src ${each}\n` : `deb-src ${each}\n`))
    .join('');
}
