/** Compares medians with the goals of `rows.mjs`, and lays out both as text. */
import { ROWS } from './rows.mjs';
import { WAYS } from './ways.mjs';

/**
 * @typedef {object} Verdict
 * @property {string} row
 * @property {string} what  what was compared, in words
 * @property {string} found  @property {string} wanted
 * @property {boolean} met
 */

/** One verdict for each goal that could be measured. @returns {Verdict[]} */
export function verdicts(medians) {
  return Object.entries(medians).flatMap(([row, ways]) => {
    const { goal, beatsSamba = true } = ROWS[row];
    const found = [];
    if (goal !== undefined) found.push({ row, ...compare(goal, ways, ROWS[row].unit) });
    if (beatsSamba && WAYS.samba !== undefined && ways.samba !== null) {
      found.push({ row, ...compare({ beside: 'samba', less: 1 }, ways, ROWS[row].unit) });
    }
    return found;
  });
}

function compare({ beside, rate, times, more, less }, ways, unit) {
  const other = ways[beside];
  const against = WAYS[beside].title;
  if (ways.ours === null || other === null)
    return { what: `beside ${against}`, found: 'failed', wanted: '', met: false };
  if (rate !== undefined)
    return verdict(`rate, of ${against}`, other / ways.ours, (ratio) => ratio >= rate, `at least ${rate}`);
  const ratio = ways.ours / other;
  if (times !== undefined) return verdict(`cost, of ${against}`, ratio, () => ratio <= times, `at most ${times}`);
  if (less !== undefined) return verdict(`cost, of ${against}`, ratio, () => ratio < less, `less than ${less}`);
  const difference = ways.ours - other;
  const met = difference <= more;
  return {
    what: `more than ${against}`,
    found: amount(difference, unit),
    wanted: `at most ${amount(more, unit)}`,
    met,
  };
}

function verdict(what, ratio, isMet, wanted) {
  return { what, found: ratio.toFixed(2), wanted, met: isMet(ratio) };
}

/** The medians, their ratios to the loopback, and the goals, as three tables. */
export function tables(medians, rounds) {
  const titles = ['', ...Object.values(WAYS).map(({ title }) => title)];
  const rows = Object.entries(medians).map(([name, ways]) => ({
    ...ROWS[name],
    ways: Object.values(ways),
    base: ways.loopback,
  }));
  const absolute = rows.map(({ title, unit, ways }) => [title, ...ways.map((number) => amount(number, unit))]);
  const relative = rows.map(({ title, ways, base }) => [title, ...ways.map((number) => ratioOf(number, base))]);
  const goals = verdicts(medians).map(({ row, what, found, wanted, met }, index, all) => [
    all[index - 1]?.row === row ? '' : ROWS[row].title,
    what,
    found,
    wanted,
    met ? 'met' : 'MISSED',
  ]);
  return [
    `Medians of ${rounds} runs: less is better`,
    layOut([titles, ...absolute]),
    'Compared with the loopback',
    layOut([titles, ...relative]),
    'Goals of ours',
    layOut([['', 'measured', 'is', 'wanted', ''], ...goals]),
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
