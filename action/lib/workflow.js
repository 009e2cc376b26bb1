/** What a job gives its steps and takes from them (GitHub's "workflow commands for actions"). */

import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';

/**
 * The input of the step that is called `name`.
 *
 * @param {string} name
 */
export function input(name) {
  return (process.env[`INPUT_${name.toUpperCase()}`] ?? '').trim();
}

/**
 * Whether the input called `name` says yes.
 *
 * @param {string} name
 */
export function isOn(name) {
  return input(name).toLowerCase() === 'true';
}

/**
 * Keeps `value` for the post step.
 *
 * @param {string} name
 * @param {string} value
 */
export function saveState(name, value) {
  appendFileSync(fileOf('GITHUB_STATE'), entry(name, value));
}

/**
 * What the main step has kept; empty when it did not run.
 *
 * @param {string} name
 */
export function state(name) {
  return process.env[`STATE_${name}`] ?? '';
}

/**
 * Adds to the summary page of the job.
 *
 * @param {string} markdown
 */
export function addSummary(markdown) {
  appendFileSync(fileOf('GITHUB_STEP_SUMMARY'), markdown);
}

/**
 * Prints a workflow command, such as a notice at a line of a file.
 *
 * @param {string} name
 * @param {Record<string, string | number | undefined>} properties
 * @param {string} message
 */
export function command(name, properties, message) {
  const list = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${escaped(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`);
  console.log(`::${[name, list.join(',')].filter((part) => part !== '').join(' ')}::${escaped(message)}`);
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/**
 * @param {string} name
 * @param {string} value
 */
function entry(name, value) {
  const end = `end-${randomUUID()}`;
  return `${name}<<${end}\n${value}\n${end}\n`;
}

/** @param {string} variable */
function fileOf(variable) {
  const file = process.env[variable];
  if (file) return file;
  throw new Error(`${variable} is not set: this runs as a step of a GitHub job`);
}
