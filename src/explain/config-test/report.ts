import type { RouteCoverage, TestReport, TestResult } from './types.js';

const PERCENT_ALL = 100;

/** The reports of several files as one: a route is covered where any of them reached it. */
export function mergeReports(reports: readonly TestReport[]): TestReport {
  const covered = new Map<string, boolean>();
  for (const each of reports.flatMap(({ coverage }) => coverage)) {
    covered.set(each.route, each.covered || (covered.get(each.route) ?? false));
  }
  return {
    results: reports.flatMap(({ results }) => results),
    coverage: [...covered].map(([route, isCovered]) => ({ route, covered: isCovered })),
  };
}

/** Of all routes that rules ask for, how many the tests reached; all, where there are none. */
export function coveredPercent(coverage: readonly RouteCoverage[]): number {
  if (coverage.length === 0) return PERCENT_ALL;
  return (coverage.filter(({ covered }) => covered).length * PERCENT_ALL) / coverage.length;
}

/** A line a test, what failed below it, the coverage, and a closing line of counts. */
export function reportText({ results, coverage }: TestReport): string {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const missed = coverage.filter(({ covered }) => !covered);
  const lines = [
    ...results.flatMap(resultLines),
    '',
    `routes covered: ${coverage.length - missed.length} of ${coverage.length} (${Math.floor(coveredPercent(coverage))} %)`,
    ...missed.map(({ route }) => `  not covered: ${route}`),
    `${results.length - failed} passed, ${failed} failed`,
  ];
  return `${lines.join('\n')}\n`;
}

function resultLines({ test, failures }: TestResult): string[] {
  const mark = failures.length === 0 ? '✓' : '✗';
  return [`${mark} ${test.name}  ${test.place}`, ...failures.map((failure) => `    ${failure}`)];
}

const MILLISECONDS_PER_SECOND = 1_000;

/** As CI servers read it. */
export function junitXml({ results }: TestReport): string {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const total_s = results.reduce((sum, { duration_ms }) => sum + duration_ms, 0) / MILLISECONDS_PER_SECOND;
  const counts = `tests="${results.length}" failures="${failed}" errors="0" skipped="0" time="${total_s.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="trysail test" ${counts}>`,
    `  <testsuite name="trysail test" ${counts}>`,
    ...results.flatMap(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase({ test, failures, duration_ms }: TestResult): string[] {
  const [file = '', line = ''] = splitPlace(test.place);
  const time = (duration_ms / MILLISECONDS_PER_SECOND).toFixed(3);
  const head = `    <testcase name="${xml(test.name)}" classname="${xml(file)}" file="${xml(file)}" line="${line}" time="${time}"`;
  if (failures.length === 0) return [`${head}/>`];
  return [
    `${head}>`,
    `      <failure message="${xml(failures[0]!)}">${xml(failures.join('\n'))}</failure>`,
    '    </testcase>',
  ];
}

function splitPlace(place: string): string[] {
  const colon = place.lastIndexOf(':');
  return colon === -1 ? [place] : [place.slice(0, colon), place.slice(colon + 1)];
}

/** Characters that XML has no way to write are replaced. */
function xml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}
