/**
 * The tests of sockets in Rust's standard library and in Tokio, from Debian's packages of their sources, built with the cargo that is
 * installed. Those of the standard library are made into a crate of their own: as a part of it they would need all of it built.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { reportedTests } from '../cases.mjs';
import { unpackedPackages } from '../debian.mjs';
import { CACHE } from '../places.mjs';

const LIMIT_S = 200;
const CRATES = ['futures', 'nix', 'rand', 'socket2', 'tempfile', 'tokio', 'tokio-stream', 'tokio-test'];
const TOKIO_TESTS =
  /^(io_async_fd|io_copy_bidirectional|io_driver|net_|process_|rt_common|signal_|tcp_|udp|uds_).*\.rs$/;

export const rust = {
  name: 'rust',
  cases() {
    return build().map((program) =>
      reportedTests(basename(program).replace(/-[0-9a-f]+$/, ''), { command: [program], limitS: LIMIT_S }, results),
    );
  },
};

/** Builds the tests and says which programs run them. */
function build() {
  const root = unpackedPackages('rust', [...CRATES.map((each) => `librust-${each}-dev`), 'rust-src']);
  const folder = join(CACHE, 'build/rust');
  const list = join(folder, '.programs');
  if (existsSync(list)) return readFileSync(list, 'utf8').trim().split('\n');

  rmSync(folder, { recursive: true, force: true });
  console.log('rust: building');
  writeWorkspace(folder, root);
  const programs = compile(folder);
  writeFileSync(list, `${programs.join('\n')}\n`);
  return programs;
}

/** Has cargo build all tests in `folder`. */
function compile(folder) {
  const command = ['test', '--offline', '--no-run', '--workspace', '--message-format=json', '--quiet'];
  const messages = execFileSync('cargo', command, {
    cwd: folder,
    /* The standard library may use what is not stable, and so may its tests. */
    env: { ...process.env, RUSTC_BOOTSTRAP: '1', RUSTFLAGS: '-Awarnings' },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return messages
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ executable, profile }) => profile?.test && executable)
    .map(({ executable }) => executable);
}

/** One workspace, so that what both need is built once; its dependencies are the sources in `root`. */
function writeWorkspace(folder, root) {
  const registry = join(root, 'usr/share/cargo/registry');
  const [rustc] = readdirSync(join(root, 'usr/src'));
  write(join(folder, '.cargo'), {
    'config.toml': `[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "${registry}"\n`,
  });
  write(folder, { 'Cargo.toml': '[workspace]\nmembers = ["std-net", "tokio-net"]\nresolver = "2"\n' });
  writeStandardLibrary(join(folder, 'std-net'), join(root, 'usr/src', rustc, 'library/std/src/net'));
  writeTokio(join(folder, 'tokio-net'), registry);
}

/** A crate of the tests of `std::net`, which lie in `library`. */
function writeStandardLibrary(folder, library) {
  const modules = ['addr', 'tcp', 'udp'];
  const sources = modules.map((module) => {
    const text = readFileSync(join(library, module, 'tests.rs'), 'utf8')
      .replaceAll('crate::net::test::', 'self::super::addresses::')
      .replaceAll('crate::', 'std::')
      /* Private; the number that it has is public. */
      .replaceAll('udpsock.0.socket().as_raw()', 'std::os::unix::io::AsRawFd::as_raw_fd(&udpsock)');
    return [`${module}.rs`, text];
  });
  const addresses = readFileSync(join(library, 'test.rs'), 'utf8').replace(/^#!.*$/m, '');
  const lib = ['addr', 'addresses', 'tcp', 'udp'].map((module) => `mod ${module};\n`);
  write(folder, { 'Cargo.toml': '[package]\nname = "std-net"\nversion = "1.0.0"\nedition = "2021"\n' });
  write(join(folder, 'src'), {
    ...Object.fromEntries(sources),
    'addresses.rs': addresses.replaceAll('crate::', 'std::'),
    'lib.rs': `#![cfg(test)]\n#![feature(tcp_linger, io_error_uncategorized)]\n${lib.join('')}`,
  });
}

/** A crate of Tokio's tests of sockets, built against the Tokio in `registry`. */
function writeTokio(folder, registry) {
  const tokio = readdirSync(registry).find((each) => /^tokio-\d/.test(each));
  const tests = join(registry, tokio, 'tests');
  const targets = readdirSync(tests)
    .filter((file) => TOKIO_TESTS.test(file))
    .map((file) => `[[test]]\nname = "${basename(file, '.rs')}"\npath = "${join(tests, file)}"\n`);
  const manifest = `[package]
name = "tokio-net"
version = "1.0.0"
edition = "2021"
autotests = false

[features]
full = []
default = ["full"]

[dependencies]
tokio = { version = "1", features = ["full"] }
tokio-test = "0.4"
tokio-stream = "0.1"
futures = { version = "0.3", features = ["async-await"] }
socket2 = "0.4"
tempfile = "3"
libc = "0.2"
nix = "0.26"

${targets.join('\n')}`;
  write(folder, { 'Cargo.toml': manifest });
  write(join(folder, 'src'), { 'lib.rs': '' });
}

/** Writes files of the given names and texts. */
function write(folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** `test tests::bind_error ... ok` */
function* results(output) {
  const words = { ok: 'pass', FAILED: 'fail', ignored: 'skip' };
  for (const [, name, word] of output.matchAll(/^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED|ignored)/gm)) {
    yield [name, words[word]];
  }
}
