/** The network tests of OpenJDK, run by its own harness jtreg: the tests and jtreg from Debian, on the JDK that is installed. */
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sourcePackage, unpackedPackages } from '../debian.mjs';

const VERSION = '17';
/** jtreg itself ends a test that takes too long: after two minutes, or as many times that as `TIMEOUT_FACTOR` says. */
const LIMIT_S = 900;
const TIMEOUT_FACTOR = 2;
const FOLDERS = [
  ...[
    'BindException',
    'DatagramPacket',
    'DatagramSocket',
    'DatagramSocketImpl',
    'Inet4Address',
    'Inet6Address',
    'InetAddress',
    'InetSocketAddress',
    'MulticastSocket',
    'NetworkInterface',
    'PlainSocketImpl',
    'PortUnreachableException',
    'ServerSocket',
    'Socket',
    'SocketImpl',
    'SocketInputStream',
    'SocketOption',
    'Socks',
    'URLConnection',
    'HttpURLConnection',
    'httpclient',
    'ipv6tests',
  ].map((each) => `java/net/${each}`),
  ...[
    'AsynchronousChannelGroup',
    'AsynchronousServerSocketChannel',
    'AsynchronousSocketChannel',
    'Channels',
    'DatagramChannel',
    'Pipe',
    'SelectionKey',
    'Selector',
    'ServerSocketChannel',
    'SocketChannel',
    'etc',
    'spi',
    'unixdomain',
  ].map((each) => `java/nio/channels/${each}`),
  'jdk/net',
  'sun/nio/ch',
  'sun/net/www',
  'com/sun/net/httpserver',
];

export const jdk = {
  name: 'jdk',
  cases() {
    const jtreg = join(unpackedPackages('jdk', ['jtreg7']), 'usr/share/jtreg/lib/jtreg.jar');
    const tests = join(sourcePackage(`openjdk-${VERSION}`), 'test/jdk');
    return FOLDERS.map((folder) => jtregFolder(folder, { jtreg, tests, home: javaHome() }));
  },
};

function jtregFolder(folder, { jtreg, tests, home }) {
  return {
    name: folder,
    async run({ start, base, only = [folder] }) {
      const options = [`-jdk:${home}`, '-agentvm', '-conc:1', '-a', '-w:work', '-r:report', '-verbose:summary'];
      options.push(`-timeoutFactor:${TIMEOUT_FACTOR}`, '-ignore:quiet', `-exclude:${join(tests, 'ProblemList.txt')}`);
      const wanted = only.map((each) => join(tests, each));
      const command = [join(home, 'bin/java'), '-jar', jtreg, ...options, ...wanted];
      const { output } = await start({ command, limitS: LIMIT_S, progress: `${base}.log` });
      return new Map(results(output));
    },
  };
}

/** `Passed: java/net/Socket/asyncClose/AsyncClose.java`, with `#id` behind it where a file has several tests. */
function* results(output) {
  const words = { Passed: 'pass', FAILED: 'fail', Error: 'fail' };
  for (const [, word, name] of output.matchAll(/^(Passed|FAILED|Error): (\S+\.(?:java|sh)\S*)/gm)) {
    yield [name, words[word]];
  }
}

/** Of the compiler on PATH, past the links of Debian's alternatives. */
function javaHome() {
  const compiler = execFileSync('sh', ['-c', 'command -v javac'], { encoding: 'utf8' }).trim();
  return dirname(dirname(realpathSync(compiler)));
}
