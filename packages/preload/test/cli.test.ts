import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { encodePcap, type JsonCapture, LinkType } from '@socket-wrapper/core/pcap';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { libraryPath } from '../src/native-files/locate-library.js';
import { allEnded, compile, isAlive, makeFolder } from './support/programs.js';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Runs the command to its end. */
function cli(...args: string[]): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, FORCE_COLOR: undefined };
    const child = execFile(process.execPath, [MAIN, ...args], { env }, (_error, stdout, stderr) => {
      resolve({ exitCode: child.exitCode, stdout, stderr });
    });
    child.stdin?.end();
  });
}

/** Starts `socket-wrapper run`, and gives it with the lines it prints. */
function startRun(...args: string[]): { child: ChildProcess; nextLine: () => Promise<string> } {
  const child = spawn(process.execPath, [MAIN, 'run', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { child, nextLine: async () => (await lines.next()).value };
}

describe('socket-wrapper', () => {
  it('prints its version and its help', async () => {
    expect(await cli('--version')).toEqual({ exitCode: 0, stdout: `${manifest.version}\n`, stderr: '' });
    const { exitCode, stdout } = await cli('--help');
    expect(exitCode).toBe(0);
    for (const command of ['run', 'show', 'library', 'doctor'])
      expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  });

  it.each([[['run', '--help']], [['run', '-h', '--', 'true']], [['show', '--json', '--help']], [['doctor', '-h']]])(
    'helps with %j as well',
    async (args) => {
      expect(await cli(...args)).toEqual(await cli('--help'));
    },
  );

  it('leaves the --help of a program to the program', async () => {
    const { stdout } = await cli('run', '--', 'sh', '-c', 'echo $1', 'sh', '--help');
    expect(stdout).toBe('--help\n');
  });

  it('prints the path of the library', async () => {
    expect(await cli('library')).toEqual({ exitCode: 0, stdout: `${libraryPath()}\n`, stderr: '' });
  });

  it.each<[string[], string]>([
    [[], 'socket-wrapper: a command is missing, one of run, show, library, doctor or --help is needed'],
    [['frob'], 'socket-wrapper: "frob" is no command, one of run, show, library, doctor or --help is needed'],
    [['toString'], 'socket-wrapper: "toString" is no command, one of run, show, library, doctor or --help is needed'],
    [['library', 'x'], "socket-wrapper library: Unexpected argument 'x'"],
    [['show'], 'socket-wrapper show: found 0 files, the path of one capture is needed'],
    [['show', '--follow', 'x', 'a'], 'socket-wrapper show: --follow is "x", the number of a conversation is needed'],
    [
      ['show', '--follow', '1', '--json', 'a'],
      'socket-wrapper show: --follow shows one conversation byte for byte, without --filter and --json',
    ],
    [['show', 'a', 'b'], 'socket-wrapper show: found 2 files, the path of one capture is needed'],
    [['doctor', '--all'], "socket-wrapper doctor: Unknown option '--all', --help is needed"],
    [
      ['show', '--last', '3', 'a'],
      "socket-wrapper show: Unknown option '--last', one of --help, --follow, --filter, --json is needed",
    ],
    [['run'], 'socket-wrapper run: found no program, "-- PROGRAM" is needed'],
    [['run', '--'], 'socket-wrapper run: found no program, "-- PROGRAM" is needed'],
    [['run', 'curl'], 'socket-wrapper run: found "curl" where options end, "--" before the program is needed'],
    [
      ['run', '--host', 'a', '--', 'true'],
      "socket-wrapper run: Unknown option '--host', one of --help, --dir, --iface, --network, --pcap is needed",
    ],
    [['run', '--dir'], "socket-wrapper run: Option '--dir <value>' argument missing"],
    [['run', '--iface', '255', '--', 'true'], 'socket-wrapper run: --iface is "255", a number from 1 to 254 is needed'],
    [['run', '--iface', '1x', '--', 'true'], 'socket-wrapper run: --iface is "1x", a number from 1 to 254 is needed'],
    [
      ['run', '--network', '10.0.0.0', '--', 'true'],
      'socket-wrapper run: --network is "10.0.0.0", 127.0.0.0 or 10.53.57.0 is needed',
    ],
  ])('answers %j with one line and the exit code 2', async (args, line) => {
    expect(await cli(...args)).toEqual({ exitCode: 2, stdout: '', stderr: `${line}\n` });
  });
});

describe('socket-wrapper doctor', () => {
  it('finds everything essential here', async () => {
    const { exitCode, stdout } = await cli('doctor');
    expect(stdout).not.toContain('FAIL');
    expect(exitCode).toBe(0);
    for (const subject of ['Node.js', 'system', 'library', 'preloading', 'janitor', 'doorbell']) {
      expect(stdout).toMatch(new RegExp(`^ok    ${subject}: .`, 'm'));
    }
  });
});

describe('socket-wrapper show', () => {
  it('tells what was said inside TLS, with the keys in the capture', async () => {
    const file = fileURLToPath(new URL('../../core/test/captures/tls-keys.pcapng', import.meta.url));
    const { stdout } = await cli('show', '--filter', '/one/', file);
    expect(stdout).toMatch(/▶│ {4}TLS: GET \/one\n/);
    expect((await cli('show', '--follow', '1', file)).stdout).toMatch(
      /^── laptop:\d+ ▶ web:443 \(decrypted\)\nGET \/one HTTP\/1\.1\n[\s\S]*\nhello \/one\n$/,
    );
    const { conversations } = JSON.parse((await cli('show', '--json', file)).stdout) as JsonCapture;
    const inside = conversations.flatMap(({ messages }) => messages.filter(({ isDecrypted }) => isDecrypted === true));
    expect(inside.map(({ protocol }) => protocol)).toEqual(['http', 'http', 'http2', 'http2', 'http', 'http']);
  });

  it('prints the conversations of a capture', async () => {
    await using folder = await makeFolder();
    const file = join(folder.path, 'empty.pcap');
    await writeFile(file, encodePcap([], { linkType: LinkType.RAW }));
    expect(await cli('show', file)).toEqual({ exitCode: 0, stdout: '0 packets, 0 conversations\n', stderr: '' });
    expect(await cli('show', '--follow', '1', file)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'socket-wrapper show: --follow is 1, but the capture has no conversations\n',
    });
  });

  const http = fileURLToPath(new URL('../../core/test/captures/http.pcap', import.meta.url));

  it('prints only the conversations that a filter names', async () => {
    const shown = async (filter: string) => {
      const { stdout } = await cli('show', '--filter', filter, http);
      const asked = [...stdout.matchAll(/GET \/\S*|POST \/|DNS query|refused/g)].map(([found]) => found);
      return [stdout.split('\n', 1)[0], ...asked];
    };
    expect(await shown('/get .missing/ tcp !:9')).toEqual([
      '26 packets, 1 of 4 conversations',
      'GET /',
      'GET /missing',
    ]);
    expect(await shown('udp')).toEqual(['26 packets, 1 of 4 conversations', 'DNS query']);
    expect(await shown('dns')).toEqual(['26 packets, 1 of 4 conversations', 'DNS query']);
    expect(await shown('127.0.0.1:9')).toEqual(['26 packets, 1 of 4 conversations', 'refused']);
    expect(await shown('http !#1')).toEqual(['26 packets, 1 of 4 conversations', 'POST /']);
    expect(await shown('nobody')).toEqual(['26 packets, 0 of 4 conversations']);
    expect(await cli('show', '--filter', '/(/', http)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^socket-wrapper show: --filter: Invalid regular expression/),
    });
  });

  it('says what to do with a file that is larger than it can read', async () => {
    await using folder = await makeFolder();
    const file = join(folder.path, 'large.pcap');
    await writeFile(file, '');
    await truncate(file, 2 ** 31 + 1);
    expect(await cli('show', file)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `socket-wrapper show: ${file}: File size (2147483649) is greater than 2 GiB; editcap takes a part out of it\n`,
    });
  });

  it('prints what was said in one conversation', async () => {
    const { stdout } = await cli('show', '--follow', '1', http);
    expect(stdout).toMatch(/^── \S+ ▶ \S+\nGET \//);
    expect(stdout).toMatch(/\n── \S+ ▶ \S+\nHTTP\/1\.1 /);
    expect(await cli('show', '--follow', '99', http)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^socket-wrapper show: --follow is 99, a number from 1 to \d+ is needed\n$/),
    });
  });

  it('prints data for other programs', async () => {
    const { stdout } = await cli('show', '--json', '--filter', '#1', http);
    const { format, conversations } = JSON.parse(stdout);
    expect(format).toBe('pcap');
    expect(conversations).toHaveLength(1);
    expect(conversations[0]).toMatchObject({
      id: 1,
      transport: 'tcp',
      start: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/),
      messages: expect.arrayContaining([expect.objectContaining({ from: 'client', protocol: 'http' })]),
    });
  });

  it('prints what a damaged capture still tells, and where the damage is', async () => {
    await using folder = await makeFolder();
    const file = join(folder.path, 'cut.pcap');
    await writeFile(file, Buffer.concat([encodePcap([], { linkType: LinkType.RAW }), Buffer.alloc(5)]));
    const { exitCode, stdout, stderr } = await cli('show', file);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '0 packets, 0 conversations\n' });
    expect(stderr).toMatch(new RegExp(`^socket-wrapper show: ${file}: .*byte 24`));
  });

  it.each([
    ['is not there', 'missing.pcap', undefined, /ENOENT: no such file/],
    ['is no capture', 'text.pcap', 'some text', /Cannot read this as a capture: it starts with 0x736f6d65/],
  ])('says so in one line when the file %s', async (_what, name, content, message) => {
    await using folder = await makeFolder();
    const file = join(folder.path, name);
    if (content !== undefined) await writeFile(file, content);
    const { exitCode, stdout, stderr } = await cli('show', file);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('socket-wrapper run', () => {
  it('hands through the arguments, the streams and the exit code', async () => {
    const result = await cli('run', '--', 'sh', '-c', 'echo "$1|$2"; echo err >&2; exit 7', 'sh', '--', 'a b');
    expect(result).toEqual({ exitCode: 7, stdout: '--|a b\n', stderr: 'err\n' });
  });

  it('puts the program on the host that the options say', async () => {
    await using folder = await makeFolder();
    const dir = join(folder.path, 'network');
    const line = 'env | grep -E "^(SOCKET_WRAPPER_|LD_PRELOAD)" | sort';
    const { stdout } = await cli(
      ...['run', '--dir', dir, '--iface', '100', '--network', '10.53.57.0', '--pcap', join(folder.path, 'a.pcap')],
      ...['--', 'sh', '-c', line],
    );
    expect(stdout.trimEnd().split('\n')).toEqual([
      `LD_PRELOAD=${libraryPath()}`,
      'SOCKET_WRAPPER_DEFAULT_IFACE=100',
      `SOCKET_WRAPPER_DIR=${dir}`,
      'SOCKET_WRAPPER_IPV4_NETWORK=10.53.57.0',
      `SOCKET_WRAPPER_PCAP_FILE=${join(folder.path, 'a.pcap')}`,
    ]);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });

  it('leaves a directory that it was given, with what is in it', async () => {
    await using folder = await makeFolder();
    await mkdir(join(folder.path, 'kept'));
    expect((await cli('run', '--dir', folder.path, '--', 'true')).exitCode).toBe(0);
    expect(await readdir(folder.path)).toContain('kept');
  });

  it('removes a network of its own at the end, with the processes that were left on it', async () => {
    const line =
      'echo "$SOCKET_WRAPPER_DIR $SOCKET_WRAPPER_DEFAULT_IFACE $SOCKET_WRAPPER_IPV4_NETWORK"; sleep 1000 >&- 2>&- & echo $!';
    const { stdout } = await cli('run', '--', 'sh', '-c', line);
    const [place = '', pid] = stdout.split('\n');
    const [directory = '', ...rest] = place.split(' ');
    expect(rest).toEqual(['1', '127.0.0.0']);
    expect(existsSync(directory)).toBe(false);
    await allEnded([Number(pid)], 0);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const)('passes %s on to the program', async (signal) => {
    const line = `trap "echo got it; exit 5" ${signal.slice(3)}; echo ready; while :; do sleep 0.01; done`;
    const { child, nextLine } = startRun('--', 'sh', '-c', line);
    expect(await nextLine()).toBe('ready');
    child.kill(signal);
    expect(await nextLine()).toBe('got it');
    expect(await once(child, 'exit')).toEqual([5, null]);
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGABRT'] as const)('dies of %s when the program does', async (signal) => {
    const { child } = startRun('--', 'sh', '-c', `kill -${signal.slice(3)} $$`);
    expect(await once(child, 'exit')).toEqual([null, signal]);
  });

  it('takes its program and its directory along when it is killed', async () => {
    const { child, nextLine } = startRun('--', 'sh', '-c', 'echo "$SOCKET_WRAPPER_DIR"; echo $$; sleep 1000; exit 0');
    const directory = await nextLine();
    const pid = Number(await nextLine());
    expect([existsSync(directory), isAlive(pid)]).toEqual([true, true]);
    child.kill('SIGKILL');
    await allEnded([pid], 2000);
    await expect.poll(() => existsSync(directory), { timeout: 2000 }).toBe(false);
  });

  it('answers as a shell does for a program that it cannot run', async () => {
    await using folder = await makeFolder();
    const file = await compile('nothing', join(folder.path, 'fixed'), { flags: ['-static'] });
    expect(await cli('run', '--', join(folder.path, 'missing'))).toMatchObject({
      exitCode: 127,
      stderr: expect.stringMatching(/^socket-wrapper: Cannot start ".*\/missing": .* does not exist\n$/),
    });
    expect(await cli('run', '--', file)).toMatchObject({
      exitCode: 126,
      stderr: expect.stringMatching(/^socket-wrapper: Cannot run .* on a network: it is linked statically.*\n$/),
    });
  });
});
