// Adds up what the test tools report in JSON, so that the last line of `npm test` can be trusted.

export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** full names of the tests that failed and of those that were left out */
  readonly failures: readonly string[]
  readonly leftOut: readonly string[]
}

export const NOTHING: Tally = { passed: 0, failed: 0, skipped: 0, failures: [], leftOut: [] }

export function add(a: Tally, b: Tally): Tally {
  return {
    passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped,
    failures: [...a.failures, ...b.failures], leftOut: [...a.leftOut, ...b.leftOut],
  }
}

/** One check as a whole, such as the types. */
export function check(name: string, passed: boolean): Tally {
  return passed ? { ...NOTHING, passed: 1 } : { ...NOTHING, failed: 1, failures: [name] }
}

/** The parts of Vitest's JSON report that count. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

/** Counts every test, and a file that failed without a failing test (it did not load) as one failure. */
export function tallyVitest(report: VitestReport): Tally {
  let total = NOTHING
  for (const file of report.testResults) {
    const of = (status: (text: string) => boolean) => file.assertionResults.filter((test) => status(test.status)).map((test) => test.fullName)
    const passed = of((status) => status === 'passed')
    const failures = of((status) => status === 'failed')
    const leftOut = of((status) => status !== 'passed' && status !== 'failed')
    if (file.status === 'failed' && failures.length === 0) failures.push(`${file.name} (did not run to its end)`)
    total = add(total, { passed: passed.length, failed: failures.length, skipped: leftOut.length, failures, leftOut })
  }
  return total
}

/** The parts of Playwright's JSON report that count. */
export interface PlaywrightReport {
  readonly suites: readonly PlaywrightSuite[]
  readonly errors?: readonly { readonly message?: string }[]
}
export interface PlaywrightSuite {
  readonly title: string
  readonly suites?: readonly PlaywrightSuite[]
  readonly specs: readonly { readonly title: string; readonly tests: readonly { readonly status: string }[] }[]
}

/** Counts every test; a test that passed only on a second try is a failure, and so is every error outside the tests. */
export function tallyPlaywright(report: PlaywrightReport): Tally {
  let total = (report.errors ?? []).reduce<Tally>((sum, error) => add(sum, check(error.message ?? 'an error outside the tests', false)), NOTHING)
  const visit = (suite: PlaywrightSuite, path: string): void => {
    for (const spec of suite.specs) {
      const name = `${path} ${spec.title}`.trim()
      for (const { status } of spec.tests) {
        if (status === 'skipped') total = add(total, { ...NOTHING, skipped: 1, leftOut: [name] })
        else total = add(total, check(name, status === 'expected'))
      }
    }
    for (const inner of suite.suites ?? []) visit(inner, `${path} ${inner.title}`.trim())
  }
  for (const suite of report.suites) visit(suite, suite.title)
  return total
}

/** A tool that said it failed although its report has no failure did fail: an unhandled error, a crash, no tests at all. */
export function trust(name: string, tally: Tally, status: number | null): Tally {
  if (tally.passed + tally.failed + tally.skipped === 0) return add(tally, check(`${name} ran no test`, false))
  if (status !== 0 && tally.failed === 0) return add(tally, check(`${name} ended with status ${status ?? 'unknown'} although no test failed`, false))
  return tally
}

/** The last line: `N passed, N failed`, and `, N skipped` when any were left out. */
export function lastLine(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed} failed${tally.skipped > 0 ? `, ${tally.skipped} skipped` : ''}`
}
