/**
 * `tls` over a connection that somebody else has made, as clients of databases do after they have asked the server for it: who uses the
 * connection listens to the secure socket from then on.
 */
import type { Socket } from 'node:net';
import type { Attachment } from './attachment.js';
import { type Method, replaceMethod } from './replace-method.js';

type Initialize = (this: Socket, transport: Socket | null | undefined, ...rest: unknown[]) => unknown;

/** Remembers with each connection on a network the secure socket over it. */
export function patchSecureSockets(attachment: Attachment): void {
  const { TLSSocket } = process.getBuiltinModule('node:tls');
  // Every secure socket begins with it, whoever makes it.
  replaceMethod(TLSSocket.prototype as unknown as { _init: Method }, '_init', (original) => {
    const initialize: Initialize = function _init(transport, ...rest) {
      if (transport != null) attachment.presenceInUse()?.sockets.secure(transport, this);
      return (original as Initialize).call(this, transport, ...rest);
    };
    return initialize as Method;
  });
}
