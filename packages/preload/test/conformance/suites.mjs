/** The suites of the command, in the order in which it runs them. */
import { apr } from './suites/apr.mjs';
import { asio } from './suites/asio.mjs';
import { cAres } from './suites/c-ares.mjs';
import { cpython } from './suites/cpython.mjs';
import { curl } from './suites/curl.mjs';
import { erlang } from './suites/erlang.mjs';
import { gevent } from './suites/gevent.mjs';
import { glib } from './suites/glib.mjs';
import { haproxy } from './suites/haproxy.mjs';
import { jdk } from './suites/jdk.mjs';
import { libevent } from './suites/libevent.mjs';
import { libuv } from './suites/libuv.mjs';
import { linux } from './suites/linux.mjs';
import { memcached } from './suites/memcached.mjs';
import { mosquitto } from './suites/mosquitto.mjs';
import { ncat } from './suites/ncat.mjs';
import { nng } from './suites/nng.mjs';
import { node, nodeInScope } from './suites/node.mjs';
import { openssl } from './suites/openssl.mjs';
import { perl } from './suites/perl.mjs';
import { perlServers } from './suites/perl-servers.mjs';
import { php } from './suites/php.mjs';
import { poco } from './suites/poco.mjs';
import { psutil } from './suites/psutil.mjs';
import { pyzmq } from './suites/pyzmq.mjs';
import { redis } from './suites/redis.mjs';
import { ruby } from './suites/ruby.mjs';
import { rubyServers } from './suites/ruby-servers.mjs';
import { rust } from './suites/rust.mjs';
import { socat } from './suites/socat.mjs';
import { tcl } from './suites/tcl.mjs';
import { tornado } from './suites/tornado.mjs';
import { trio } from './suites/trio.mjs';
import { twisted } from './suites/twisted.mjs';
import { uvloop } from './suites/uvloop.mjs';
import { wget } from './suites/wget.mjs';
import { zeromq } from './suites/zeromq.mjs';

export const SUITES = [
  libuv,
  libevent,
  apr,
  asio,
  poco,
  node,
  nodeInScope,
  cpython,
  uvloop,
  gevent,
  twisted,
  tornado,
  trio,
  psutil,
  pyzmq,
  zeromq,
  nng,
  perl,
  ruby,
  rubyServers,
  php,
  tcl,
  glib,
  cAres,
  perlServers,
  curl,
  wget,
  haproxy,
  openssl,
  redis,
  memcached,
  mosquitto,
  socat,
  ncat,
  erlang,
  jdk,
  rust,
  linux,
];
