/**
 * Tells a capture as a list of steps, each of which a person would call one thing: "connects", "GET /", "closes".
 */
import type { Conversation, ConversationEvent, Peer, Side } from '../dissect/conversation.js';
import { messagesOf } from '../dissect/messages.js';
import { type Message, markedSummary } from '../dissect/protocols/message.js';
import { byteCount } from '../dissect/protocols/units.js';

/** How a step is meant to look. */
export type Tone = 'plain' | 'good' | 'bad' | 'quiet';

/** One step of a conversation. */
export interface Step {
  readonly kind: 'step';
  readonly conversation: number;
  readonly transport: 'tcp' | 'udp';
  readonly from: Peer;
  readonly to: Peer;
  /** Whether it goes from the server to the client. */
  readonly isReturning: boolean;
  /** Whether it did not get to `to`, or was turned away there. */
  readonly isStopped: boolean;
  /** Nanoseconds since 1970; `undefined` for what did not happen. */
  readonly timestampNs: bigint | undefined;
  /** The packet it begins with, counted from 0. */
  readonly packet: number;
  /** What happened: `connects to port 80`. */
  readonly summary: string;
  /** What was carried, in part. */
  readonly excerpt?: string;
  readonly tone: Tone;
}

const SLOW_ACCEPT_NS = 50_000_000n;

/** The steps of `conversation`, in order. */
export function stepsOf(conversation: Conversation): Step[] {
  const steps = [...conversation.events.flatMap((event) => eventStep(event, conversation))];
  const messages = messagesOf(conversation);
  steps.push(...messages.map((message) => messageStep(message, conversation)));
  steps.sort((a, b) => a.packet - b.packet);
  const waiting = unanswered(conversation, messages);
  if (waiting !== undefined) steps.push(waiting);
  return steps;
}

function eventStep(event: ConversationEvent, conversation: Conversation): Step[] {
  const step = (summary: string, tone: Tone, isStopped = false): Step[] => [
    {
      ...ends(event.from, conversation),
      isStopped,
      timestampNs: event.timestampNs,
      packet: event.packet,
      summary,
      tone,
    },
  ];
  switch (event.kind) {
    case 'connect':
      return connectStep(event, conversation, step);
    case 'refuse':
      return [];
    case 'accept':
    case 'data':
    case 'early':
      return [];
    case 'unreachable':
      if (conversation.transport === 'tcp' && isConnecting(conversation, event)) return [];
      return [unreachableStep(event, conversation)];
    case 'gap':
      return step(`${byteCount(event.length)} are missing in the capture`, 'bad');
    case 'repeat':
      return event.length <= 1 ? [] : step(`sends ${byteCount(event.length)} again`, 'quiet');
    case 'drop':
      return step(
        event.what === 'data' ? `${byteCount(event.length)} lost on the way` : 'lost on the way',
        'bad',
        true,
      );
    case 'close':
      return closeStep(event, conversation, step);
    case 'reset':
      return step('resets the connection', 'bad', true);
  }
}

/** An error message of the other host is its answer; one of a router between them stops the packet. */
function unreachableStep(event: Extract<ConversationEvent, { kind: 'unreachable' }>, conversation: Conversation): Step {
  const other = event.from === 'client' ? 'server' : 'client';
  const isAnswer = conversation[other].address === event.reporter;
  const { timestampNs, packet, reason, reporter } = event;
  const summary = isAnswer ? reason : `${reason}, says ${reporter}`;
  return {
    ...ends(isAnswer ? other : event.from, conversation),
    isStopped: true,
    timestampNs,
    packet,
    summary,
    tone: 'bad',
  };
}

type MakeStep = (summary: string, tone: Tone, isStopped?: boolean) => Step[];

function connectStep(event: ConversationEvent, { server, events }: Conversation, step: MakeStep): Step[] {
  const isRepeated = event.kind === 'connect' && event.isRepeated;
  if (isRepeated) return step('tries to connect again', 'quiet');
  const what = `connects to port ${server.port}`;
  const answer = events.find(({ kind }) => kind === 'accept' || kind === 'refuse' || kind === 'unreachable');
  if (answer === undefined) return step(`${what}: no answer`, 'bad', true);
  if (answer.kind === 'refuse') return step(`${what}: refused, nobody listens there`, 'bad', true);
  if (answer.kind === 'unreachable') return step(`${what}: ${answer.reason}`, 'bad', true);
  const waitNs = answer.timestampNs - event.timestampNs;
  return step(waitNs < SLOW_ACCEPT_NS ? what : `${what}, accepted after ${waitNs / 1_000_000n} ms`, 'quiet');
}

function isConnecting({ events }: Conversation, event: ConversationEvent): boolean {
  return !events.some(({ kind, packet }) => kind === 'accept' && packet < event.packet);
}

function closeStep(event: ConversationEvent, { events }: Conversation, step: MakeStep): Step[] {
  const closes = events.filter(({ kind }) => kind === 'close');
  const [first, second] = closes;
  if (first?.from === event.from) {
    const isAnswered =
      second !== undefined || events.some(({ kind, packet }) => kind === 'reset' && packet > event.packet);
    return step(isAnswered ? 'closes' : 'closes; the other side does not', 'quiet');
  }
  // The answer to a close goes without saying, unless something came between.
  const hasDataBetween = events.some(
    ({ kind, packet, from }) => kind === 'data' && from === event.from && packet > (first?.packet ?? 0),
  );
  return hasDataBetween ? step('closes as well', 'quiet') : [];
}

function messageStep(message: Message, conversation: Conversation): Step {
  const { from, startNs, packet, isComplete, excerpt } = message;
  const summary = isComplete ? markedSummary(message) : `${markedSummary(message)} (cut off)`;
  return {
    ...ends(from, conversation),
    isStopped: false,
    timestampNs: startNs,
    packet,
    summary,
    tone: isComplete ? (message.tone ?? 'plain') : 'bad',
    ...(excerpt === undefined || excerpt === '' ? {} : { excerpt }),
  };
}

/** The step that did not come: a request was the last word of a conversation that nobody ended. */
function unanswered(conversation: Conversation, messages: readonly Message[]): Step | undefined {
  const last = messages.at(-1);
  if (last?.role !== 'request' || !last.isComplete) return undefined;
  if (conversation.events.some(({ kind }) => kind === 'reset' || kind === 'unreachable')) return undefined;
  return {
    ...ends('server', conversation),
    isStopped: true,
    timestampNs: undefined,
    packet: Number.POSITIVE_INFINITY,
    summary: `no answer to ${markedSummary(last)}`,
    tone: 'bad',
  };
}

function ends(
  from: Side,
  { id, transport, client, server }: Conversation,
): Pick<Step, 'kind' | 'conversation' | 'transport' | 'from' | 'to' | 'isReturning'> {
  const isClient = from === 'client';
  const [sender, receiver] = isClient ? [client, server] : [server, client];
  return { kind: 'step', conversation: id, transport, from: sender, to: receiver, isReturning: !isClient };
}
