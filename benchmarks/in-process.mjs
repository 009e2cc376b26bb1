/**
 * What networks cost the process of the tests, with goals.
 *
 *     node in-process.mjs [--rounds 15] [--check]
 *
 * `--check` exits with 1 when a goal is missed. fetch() on a network is compared with fetch() on the loopback in the same
 * process, in turns.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { openScope } from '@socket-wrapper/preload';
import { readOptions, wholeNumber } from './options.mjs';

/** Few at a time, so that both ways meet the same moments of a busy machine. */
const FETCHES = 25;
const NETWORKS = 1000;
const AT_A_TIME = 200;

async function main() {
  const { values } = readOptions('in-process.mjs', {
    rounds: { type: 'string', default: '15' },
    check: { type: 'boolean', default: false },
    attach: { type: 'boolean', default: false },
  });
  if (values.attach) return console.log(timeToAttach());

  const rounds = wholeNumber('in-process.mjs', '--rounds', values.rounds, 1);
  const rows = [
    ['the first scope of a process, ms', medianOf(Array.from({ length: rounds }, attachElsewhere)), 5],
    ['a scope that is not used, ms', await medianTime(rounds * 100, () => inScope(() => {})), 0.1],
    ['a scope with two hosts, ms', await medianTime(rounds * 10, () => inScope(useTwoHosts)), 1],
    ['fetch(), beside the loopback', await fetchRatio(rounds * 20), 1],
    ...(await manyNetworks()),
  ];
  console.table(
    rows.map(([what, measured, goal]) => ({
      what,
      measured: Number(measured.toPrecision(3)),
      goal: `<= ${goal}`,
      verdict: measured <= goal ? 'met' : 'MISSED',
    })),
  );
  if (values.check && rows.some(([, measured, goal]) => measured > goal)) process.exitCode = 1;
}

/** Opening the first scope loads the addon and hooks the process. In processor time, for it happens only once. */
function timeToAttach() {
  const start = process.cpuUsage();
  openScope({ file: import.meta.filename, fullName: 'first', attempt: 0 });
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function attachElsewhere() {
  const { stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--attach'], { encoding: 'utf8' });
  return Number(stdout);
}

async function inScope(body) {
  const scope = openScope({ file: import.meta.filename, fullName: 'measured', attempt: 0 });
  try {
    return await scope.run(() => body(scope));
  } finally {
    await scope.end('passed');
  }
}

function useTwoHosts({ network }) {
  network.host('web');
  network.host('laptop');
}

async function medianTime(count, run) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return medianOf(times);
}

/** The time of a fetch() on a network, for each that one on the loopback takes. */
async function fetchRatio(rounds) {
  const loopback = await serve(0, '127.0.0.1');
  const ratio = await inScope(async () => {
    const own = await serve(80);
    const ratios = [];
    const there = `http://127.0.0.1:${loopback.address().port}/`;
    for (let i = 0; i < rounds; i++) {
      const here = await fetchTime('http://127.0.0.1/');
      ratios.push(here / (await outside.run(() => fetchTime(there))));
    }
    close(own);
    return medianOf(ratios);
  });
  close(loopback);
  return ratio;
}

async function serve(port, address) {
  const server = createServer((_request, response) => response.end('hello')).listen(port, address);
  await once(server, 'listening');
  return server;
}

function close(server) {
  server.closeAllConnections();
  server.close();
}

async function fetchTime(url) {
  const start = performance.now();
  for (let i = 0; i < FETCHES; i++) await (await fetch(url)).text();
  return performance.now() - start;
}

/** Calls functions in the context of the main program, which is in no scope. */
class Outside {
  #waiting = [];
  #wake = () => {};

  run(body) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ body, resolve, reject });
      this.#wake();
    });
  }

  async serve() {
    for (;;) {
      const next = this.#waiting.shift();
      if (next === undefined) {
        await new Promise((resolve) => {
          this.#wake = resolve;
        });
      } else {
        await next.body().then(next.resolve, next.reject);
      }
    }
  }
}

const outside = new Outside();
void outside.serve();

/** What is left of many networks, each with a server on port 80 and a client. */
async function manyNetworks() {
  const files = () => readdirSync('/proc/self/fd').length;
  const answers = async (count) => {
    let next = 0;
    let wrong = 0;
    const work = async () => {
      while (next < count) {
        const name = `network ${next++}`;
        await inScope(async () => {
          const server = createServer((_request, response) => response.end(name)).listen(80);
          await once(server, 'listening');
          if ((await (await fetch('http://test/')).text()) !== name) wrong++;
          close(server);
        });
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
    return wrong;
  };
  await answers(AT_A_TIME);
  const [filesBefore, memoryBefore] = [files(), process.memoryUsage.rss()];
  const start = performance.now();
  const wrong = await answers(NETWORKS);
  const each = (performance.now() - start) / NETWORKS;
  return [
    [`each of ${NETWORKS} networks with a server and a client, ${AT_A_TIME} at a time, ms`, each, 10],
    ['answers of another network among them', wrong, 0],
    ['descriptors left', Math.max(0, files() - filesBefore), 0],
    ['memory left, KiB per network', Math.max(0, process.memoryUsage.rss() - memoryBefore) / 1024 / NETWORKS, 64],
  ];
}

function medianOf(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

await main();
process.exit();
