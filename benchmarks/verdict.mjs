/** Compares what was measured with the goals of `rows.mjs`, and lays out both as text. */
import { ROWS } from './rows.mjs';
import { WAYS } from './ways.mjs';

/**
 * @typedef {object} Verdict
 * @property {string} row
 * @property {string} what  what was compared, in words
 * @property {string} found  @property {string} wanted
 * @property {string} spread  the half of all rounds is no further than that from what was found
 * @property {boolean} met
 */

/** The median of each row in each way; null where it failed. */
export function mediansOf(numbers) {
  return mapValues(numbers, (ways) => mapValues(ways, (all) => (all.includes(null) ? null : quantile(all, 0.5))));
}

/** One verdict for each goal that could be measured. @returns {Verdict[]} */
export function verdicts(numbers) {
  return Object.entries(numbers).flatMap(([row, ways]) => {
    const { goal, beatsSamba = true } = ROWS[row];
    const found = [];
    if (goal !== undefined) found.push({ row, ...compare(goal, ways, ROWS[row].unit) });
    if (beatsSamba && WAYS.samba !== undefined && !ways.samba.includes(null)) {
      found.push({ row, ...compare({ beside: 'samba', less: 1 }, ways, ROWS[row].unit) });
    }
    return found;
  });
}

function compare({ beside, rate, times, more, less }, ways, unit) {
  const other = ways[beside];
  const against = WAYS[beside].title;
  if (ways.ours.includes(null) || other.includes(null))
    return { what: `beside ${against}`, found: 'failed', spread: '', wanted: '', met: false };
  /* Runs of one round are compared with each other: what slows a round down slows down both. */
  const ofEachRound = (compared) => ways.ours.map((ours, round) => compared(ours, other[round]));
  if (rate !== undefined) {
    const rates = ofEachRound((ours, others) => others / ours);
    return verdict(`rate, of ${against}`, rates, (ratio) => ratio >= rate, `at least ${rate}`);
  }
  if (more !== undefined) {
    const differences = ofEachRound((ours, others) => ours - others);
    const inUnits = (number) => amount(number, unit);
    return verdict(`more than ${against}`, differences, (found) => found <= more, `at most ${inUnits(more)}`, inUnits);
  }
  const costs = ofEachRound((ours, others) => ours / others);
  return times !== undefined
    ? verdict(`cost, of ${against}`, costs, (ratio) => ratio <= times, `at most ${times}`)
    : verdict(`cost, of ${against}`, costs, (ratio) => ratio < less, `less than ${less}`);
}

function verdict(what, ofRounds, isMet, wanted, written = (ratio) => ratio.toFixed(2)) {
  const found = quantile(ofRounds, 0.5);
  const spread = (quantile(ofRounds, 0.75) - quantile(ofRounds, 0.25)) / 2;
  return { what, found: written(found), spread: `± ${written(spread)}`, wanted, met: isMet(found) };
}

function quantile(numbers, share) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)];
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

/** The medians, their ratios to the loopback, and the goals, as three tables. */
export function tables(medians, verdicts, rounds) {
  const titles = ['', ...Object.values(WAYS).map(({ title }) => title)];
  const rows = Object.entries(medians).map(([name, ways]) => ({
    ...ROWS[name],
    ways: Object.values(ways),
    base: ways.loopback,
  }));
  const absolute = rows.map(({ title, unit, ways }) => [title, ...ways.map((number) => amount(number, unit))]);
  const relative = rows.map(({ title, ways, base }) => [title, ...ways.map((number) => ratioOf(number, base))]);
  const goals = verdicts.map(({ row, what, found, spread, wanted, met }, index, all) => [
    all[index - 1]?.row === row ? '' : ROWS[row].title,
    what,
    found,
    spread,
    wanted,
    met ? 'met' : 'MISSED',
  ]);
  return [
    `Medians of ${rounds} runs: less is better`,
    layOut([titles, ...absolute]),
    'Compared with the loopback',
    layOut([titles, ...relative]),
    'Goals of ours',
    layOut([['', 'measured', 'is', 'spread', 'wanted', ''], ...goals]),
  ].join('\n\n');
}

function layOut(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[0])));
  return rows.map((row) => line(row).join('   ').trimEnd()).join('\n');
}

function amount(number, unit) {
  if (number === null) return 'failed';
  if (unit !== 'ns') return `${number.toFixed(0)} ${unit}`;
  return Math.abs(number) < 1000
    ? `${number.toFixed(0)} ns`
    : `${(number / 1000).toFixed(Math.abs(number) < 100_000 ? 2 : 0)} us`;
}

function ratioOf(number, base) {
  return number === null || base === null ? '-' : (number / base).toFixed(2);
}
