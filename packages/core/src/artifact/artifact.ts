/**
 * What a test attempt leaves behind: a pcapng file that explains itself, and a sidecar.
 */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip, gzipSync, type ZlibOptions } from 'node:zlib';
import type { RedactPattern } from '../redact/redaction.js';
import type { NetworkNote } from '../timeline/note-log.js';
import { artifactCapture } from './artifact-capture.js';
import { artifactName, relativeFile } from './artifact-name.js';
import { claimName, removeEarlier } from './claim.js';
import type { Evidence } from './evidence.js';
import { SIDECAR_ENDING, type Sidecar } from './sidecar.js';
import type { Outcome, TestIdentity } from './test-identity.js';

const pack = promisify<Uint8Array, ZlibOptions, Buffer>(gzip);

/** The endings of a capture's file name. */
const CAPTURE_ENDING = { plain: '.pcapng', gzip: '.pcapng.gz' } as const;
/** Packing is to cost a test little: the next level makes files a few percent smaller in twice the time. */
const GZIP_OPTIONS = { level: constants.Z_BEST_SPEED } as const;

/** A kept capture. */
export interface Artifact {
  /** The `.pcapng` or `.pcapng.gz` file. */
  readonly path: string;
  /** The `.json` file beside it. */
  readonly sidecarPath: string;
  readonly outcome: Outcome;
  readonly packets: number;
  readonly conversations: number;
  /** `12 packets, 2 conversations`. */
  readonly summary: string;
  /** The last part of the traffic, as a ladder between hosts. */
  readonly text: string;
  /** What is missing from the capture, and why. */
  readonly loss?: string;
  /** The attempts to leave the network: `web#11 node[42] tried 93.184.216.34:443: nothing leaves the network`. */
  readonly escapes?: readonly string[];
  /** What its network redacts, also to be taken out of the error that failed the test. */
  readonly redact?: readonly RedactPattern[];
}

/** What an artifact tells of its test. */
export interface TestReport {
  readonly identity: TestIdentity;
  readonly outcome: Outcome;
  readonly error: string | undefined;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly durationMs: number;
}

/** Where artifacts go. */
export interface ArtifactPlace {
  /** Absolute. */
  readonly outputDir: string;
  readonly rootDir: string;
  readonly run: string;
  /** Whether captures are packed. */
  readonly isGzip: boolean;
}

/** An artifact whose name is taken and whose sidecar is written; the capture's bytes are still to be. */
export interface PreparedArtifact {
  readonly artifact: Artifact;
  readonly capture: Uint8Array;
}

/** Reads the evidence, takes a name of its own for the artifact and writes the sidecar. */
export function prepareArtifact(report: TestReport, evidence: Evidence, place: ArtifactPlace): PreparedArtifact {
  const { identity, outcome } = report;
  const { redaction } = evidence;
  const error = report.error === undefined ? undefined : redaction.text(report.error);
  const file = relativeFile(identity.file, place.rootDir);
  const contents = evidence.contents({ isOver: true, failure: failureNote(report) });
  const { recording } = contents;
  const capture = artifactCapture(contents, { ...report, error, identity: { ...identity, file } });
  const { packets, conversations, summary, text, escapes } = capture;
  const [ending, otherEnding] = place.isGzip
    ? [CAPTURE_ENDING.gzip, CAPTURE_ENDING.plain]
    : [CAPTURE_ENDING.plain, CAPTURE_ENDING.gzip];
  const facts = {
    packets,
    conversations,
    summary,
    text,
    ...(recording.loss === undefined ? {} : { loss: recording.loss }),
    ...(escapes.length === 0 ? {} : { escapes }),
  };
  const sidecarOf = (name: string): Sidecar => ({
    version: 1,
    run: place.run,
    file,
    ...(identity.line === undefined ? {} : { line: identity.line }),
    fullName: identity.fullName,
    ...(identity.project === undefined ? {} : { project: identity.project }),
    attempt: identity.attempt,
    outcome,
    ...(error === undefined ? {} : { error }),
    startedAt: new Date(report.startedAtMs).toISOString(),
    durationMs: Math.round(report.durationMs),
    capture: `${name}${ending}`,
    ...facts,
    hosts: evidence.hosts,
    sockets: evidence.sockets,
    programs: contents.programs,
  });

  const { outputDir } = place;
  mkdirSync(outputDir, { recursive: true });
  const path = join(outputDir, claimName(outputDir, artifactName(identity, place.rootDir), sidecarOf));
  // One of an earlier run, whose sidecar ours has replaced.
  rmSync(`${path}${otherEnding}`, { force: true });
  const artifact: Artifact = {
    path: `${path}${ending}`,
    sidecarPath: `${path}${SIDECAR_ENDING}`,
    outcome,
    ...facts,
    ...(redaction.isEmpty ? {} : { redact: redaction.patterns }),
  };
  return { artifact, capture: capture.bytes };
}

/** Removes what earlier runs have kept of this attempt, and of retries that do not come any more. */
export function removeEarlierArtifacts(identity: TestIdentity, { outputDir, rootDir, run }: ArtifactPlace): void {
  removeEarlier(outputDir, artifactName(identity, rootDir), run);
  let { attempt } = identity;
  do attempt++;
  while (removeEarlier(outputDir, artifactName({ ...identity, attempt }, rootDir), run));
}

/** The failing assertion on the time line, behind all that led to it. */
function failureNote({ error, endedAtMs }: TestReport): NetworkNote | undefined {
  if (error === undefined) return undefined;
  return { source: 'test', text: `failed: ${error}`, level: 'error', timeMs: endedAtMs };
}

/** Writes the capture of a prepared artifact. No half of it stays behind when that fails. */
export async function writeArtifact({ artifact, capture }: PreparedArtifact): Promise<Artifact> {
  try {
    await writeFile(artifact.path, isPacked(artifact) ? await pack(capture, GZIP_OPTIONS) : capture);
    return artifact;
  } catch (error) {
    discard(artifact);
    throw error;
  }
}

/** As `writeArtifact`, for a process that exits. */
export function writeArtifactSync({ artifact, capture }: PreparedArtifact): void {
  try {
    writeFileSync(artifact.path, isPacked(artifact) ? gzipSync(capture, GZIP_OPTIONS) : capture);
  } catch (error) {
    discard(artifact);
    throw error;
  }
}

function isPacked({ path }: Artifact): boolean {
  return path.endsWith(CAPTURE_ENDING.gzip);
}

function discard({ path, sidecarPath }: Artifact): void {
  rmSync(sidecarPath, { force: true });
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) rmSync(path, { force: true });
}
