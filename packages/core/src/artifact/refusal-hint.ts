/**
 * Why a connection was refused, as far as the sockets of the host it went to explain it.
 */
import { interfaceIdOf } from '../address/ip.js';
import type { Conversation } from '../dissect/conversation.js';
import type { SocketInfo } from '../state/socket-info.js';

/** How many places a hint names. */
const MAX_PLACES = 4;
const LOOPBACK = /^(127\.|::1$)/;

/** What of a socket matters here. */
export type Listener = Pick<
  SocketInfo,
  'transport' | 'family' | 'interfaceId' | 'host' | 'state' | 'local' | 'wildcard'
>;

/**
 * Where the host listens instead, `undefined` when it listens nowhere: `web listens on 127.0.0.1:80, which only web itself reaches`.
 *
 * `sockets` are those of a later moment: a server that was asked too early listens by then.
 */
export function refusalHint({ transport, server }: Conversation, sockets: readonly Listener[]): string | undefined {
  const interfaceId = interfaceIdOf(server.address);
  const here = sockets.filter((socket) => socket.interfaceId === interfaceId && isServer(socket, transport));
  const [host] = here.map((socket) => socket.host);
  if (host === undefined) return undefined;

  const atPort = here.filter(({ local }) => local.port === server.port);
  if (atPort.some((socket) => isReachedAt(server.address, socket))) return `${host} listens there by now`;
  if (atPort.length === 0) return `${host} listens on ${placesOf(here)}`;
  const isPrivate = atPort.every(({ local }) => LOOPBACK.test(local.address));
  return `${host} listens on ${placesOf(atPort)}${isPrivate ? `, which only ${host} itself reaches` : ''}`;
}

/** A UDP socket that waits for anybody. */
function isServer({ transport, state, local }: Listener, wanted: Listener['transport']): boolean {
  if (transport !== wanted || local.port === 0) return false;
  return state === (transport === 'tcp' ? 'listening' : 'bound');
}

function isReachedAt(address: string, { wildcard, family, local }: Listener): boolean {
  if (local.address === address) return true;
  // One at :: serves IPv4 as well, mostly.
  return wildcard && (family === 'ipv6' || !address.includes(':'));
}

function placesOf(sockets: readonly Listener[]): string {
  const places = [...new Set(sockets.map(({ local }) => placeOf(local)))];
  const more = places.length > MAX_PLACES ? ` and ${places.length - MAX_PLACES} more places` : '';
  return places.slice(0, MAX_PLACES).join(', ') + more;
}

function placeOf({ address, port }: Listener['local']): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
