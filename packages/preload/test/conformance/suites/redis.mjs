/**
 * The tests of Redis that turn on its connections: clients, replication, Sentinel and Cluster. From Debian's source and binary
 * packages.
 */
import { join } from 'node:path';
import { reportedTests } from '../cases.mjs';
import { sourcePackage, unpackedPackages } from '../debian.mjs';

const LIMIT_S = 600;
const UNITS = [
  'unit/auth',
  'unit/client-eviction',
  'unit/cluster',
  'unit/cluster-scripting',
  'unit/cluster/links',
  'unit/cluster/misc',
  'unit/info',
  'unit/introspection',
  'unit/introspection-2',
  'unit/limits',
  'unit/multi',
  'unit/networking',
  'unit/obuf-limits',
  'unit/other',
  'unit/pause',
  'unit/pendingquerybuf',
  'unit/protocol',
  'unit/pubsub',
  'unit/pubsubshard',
  'unit/querybuf',
  'unit/quit',
  'unit/replybufsize',
  'unit/shutdown',
  'unit/tracking',
  'unit/type/list',
  'unit/wait',
  'integration/aof',
  'integration/block-repl',
  'integration/failover',
  'integration/logging',
  'integration/psync2',
  'integration/psync2-master-restart',
  'integration/psync2-pingoff',
  'integration/psync2-reg',
  'integration/rdb',
  'integration/redis-benchmark',
  'integration/redis-cli',
  'integration/replication',
  'integration/replication-2',
  'integration/replication-3',
  'integration/replication-4',
  'integration/replication-buffer',
  'integration/replication-psync',
  'integration/shutdown',
];

export const redis = {
  name: 'redis',
  cases() {
    const source = sourcePackage('redis');
    const root = unpackedPackages('redis', ['redis-server', 'redis-tools']);
    /* The tests look for the programs where they would have been built, and write beside them. */
    const copy = `cp -r ${source}/tests ${source}/utils ${source}/*.conf . && mkdir src`;
    const programs = join(root, 'usr/bin');
    const prepare = `${copy} && ln -s ${programs}/* src && ln -s ${programs}/redis-server src/redis-sentinel`;
    const prepared = (command) => ['sh', '-c', `${prepare} && exec ${command}`];
    const units = UNITS.map((unit) =>
      reportedTests(
        unit,
        { command: prepared(`tclsh tests/test_helper.tcl --single ${unit} --tags -slow`), limitS: LIMIT_S },
        results,
      ),
    );
    const groups = ['sentinel', 'cluster'].map((group) =>
      reportedTests(group, { command: prepared(`tclsh tests/${group}/run.tcl`), limitS: 3 * LIMIT_S }, groupResults),
    );
    return [...units, ...groups];
  },
};

/** `[ok]: PING (1 ms)`, `[err]: PING in tests/unit/quit.tcl`. Numbers that were drawn by lot are in the names of some. */
function* results(output) {
  const words = { ok: 'pass', err: 'fail', skip: 'skip', ignore: 'skip' };
  const line = /^\[(ok|err|skip|ignore)\]: (.*?)(?: \(\d+ ms\)| in tests\/\S*)?$/gm;
  for (const [, word, name] of plain(output).matchAll(line)) yield [name.replace(/\d+/g, 'N'), words[word]];
}

/** `12:00:00> PING after the master is gone: OK` */
function* groupResults(output) {
  for (const [, name, word] of plain(output).matchAll(/^\d+:\d+:\d+> (.*?): .*?(OK|FAILED)\b.*$/gm)) {
    yield [name, word === 'OK' ? 'pass' : 'fail'];
  }
}

/** Without the escape sequences of colours. */
function plain(output) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  return output.replace(/\u001b\[[\d;]*m/g, '');
}
