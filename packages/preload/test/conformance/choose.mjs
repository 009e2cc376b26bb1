/** What the arguments of the command stand for. */

/**
 * The chosen suites, each once, with a function that lists the chosen ones of its cases, each once.
 *
 * `suite` chooses all cases; `suite:name` the case of that name, or else those whose names contain it.
 *
 * @param {{ name: string, cases: () => { name: string }[] }[]} suites all there are
 * @param {string[]} names the arguments; none stands for all suites
 */
export function choose(suites, names) {
  if (names.length === 0) return suites.map((suite) => ({ suite, cases: () => suite.cases() }));

  const parts = new Map();
  for (const name of names) {
    const [suiteName, ...rest] = name.split(':');
    const suite = suites.find((each) => each.name === suiteName);
    if (suite === undefined) {
      throw new Error(`There is no suite ${suiteName}: the suites are ${suites.map((each) => each.name).join(', ')}`);
    }
    parts.set(suite, [...(parts.get(suite) ?? []), rest.join(':')]);
  }
  return [...parts].map(([suite, wanted]) => ({ suite, cases: () => chosenCases(suite, wanted) }));
}

function chosenCases(suite, parts) {
  const all = suite.cases();
  const chosen = parts.flatMap((part) => {
    const exact = all.filter(({ name }) => name === part);
    const found = exact.length > 0 ? exact : all.filter(({ name }) => name.includes(part));
    if (found.length === 0) throw new Error(`no case of ${suite.name} has '${part}' in its name: --list shows them`);
    return found;
  });
  return [...new Set(chosen)];
}
