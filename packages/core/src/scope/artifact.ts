/**
 * What a test attempt leaves behind: a pcapng file that explains itself, and a sidecar.
 */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { artifactCapture } from '../capture/artifact-capture.js';
import type { Evidence } from '../capture/evidence.js';
import type { NetworkNote } from '../network/note-log.js';
import { artifactName, relativeFile } from './artifact-name.js';
import { claimName } from './claim.js';
import { SIDECAR_ENDING, type Sidecar } from './sidecar.js';
import type { Outcome, TestIdentity } from './test-identity.js';

/** The ending of a capture's file name. */
const CAPTURE_ENDING = '.pcapng';

/** A kept capture. */
export interface Artifact {
  /** The `.pcapng` file. */
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
  const contents = evidence.contents(failureNote(report));
  const { recording } = contents;
  const capture = artifactCapture(contents, { ...report, error, identity: { ...identity, file } });
  const { packets, conversations, summary, text, escapes } = capture;
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
    attempt: identity.attempt,
    outcome,
    ...(error === undefined ? {} : { error }),
    startedAt: new Date(report.startedAtMs).toISOString(),
    durationMs: Math.round(report.durationMs),
    capture: `${name}${CAPTURE_ENDING}`,
    ...facts,
    hosts: evidence.hosts,
    sockets: evidence.sockets,
    programs: contents.programs,
  });

  const { outputDir } = place;
  mkdirSync(outputDir, { recursive: true });
  const path = join(outputDir, claimName(outputDir, artifactName(identity, place.rootDir), sidecarOf));
  const artifact: Artifact = {
    path: `${path}${CAPTURE_ENDING}`,
    sidecarPath: `${path}${SIDECAR_ENDING}`,
    outcome,
    ...facts,
  };
  return { artifact, capture: capture.bytes };
}

/** The failing assertion on the time line, behind all that led to it. */
function failureNote({ error, endedAtMs }: TestReport): NetworkNote | undefined {
  if (error === undefined) return undefined;
  return { source: 'test', text: `failed: ${error}`, level: 'error', timeMs: endedAtMs };
}

/** Writes the capture of a prepared artifact. No half of it stays behind when that fails. */
export async function writeArtifact({ artifact, capture }: PreparedArtifact): Promise<Artifact> {
  try {
    await writeFile(artifact.path, capture);
    return artifact;
  } catch (error) {
    discard(artifact);
    throw error;
  }
}

/** As `writeArtifact`, for a process that exits. */
export function writeArtifactSync({ artifact, capture }: PreparedArtifact): void {
  try {
    writeFileSync(artifact.path, capture);
  } catch (error) {
    discard(artifact);
    throw error;
  }
}

function discard({ path, sidecarPath }: Artifact): void {
  rmSync(sidecarPath, { force: true });
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) rmSync(path, { force: true });
}
