import { describe, expect, test } from 'vitest'
import { add, check, lastLine, NOTHING, tallyPlaywright, tallyVitest, trust, type VitestReport } from './tally.ts'

function file(status: string, tests: readonly (readonly [name: string, status: string])[]): VitestReport {
  return { testResults: [{ name: 'a.test.ts', status, assertionResults: tests.map(([fullName, testStatus]) => ({ fullName, status: testStatus })) }] }
}

describe('Vitest\'s report', () => {
  test('counts what passed, failed and was left out, and names the last two', () => {
    const tally = tallyVitest(file('failed', [['a', 'passed'], ['b', 'failed'], ['c', 'skipped'], ['d', 'pending'], ['e', 'todo']]))
    expect(tally).toEqual({ passed: 1, failed: 1, skipped: 3, failures: ['b'], leftOut: ['c', 'd', 'e'] })
  })

  test('counts a file that did not load as a failure', () => {
    expect(tallyVitest(file('failed', []))).toMatchObject({ passed: 0, failed: 1, failures: ['a.test.ts (did not run to its end)'] })
  })

  test('counts a file whose hook failed after its tests passed as a failure', () => {
    expect(tallyVitest(file('failed', [['a', 'passed']]))).toMatchObject({ passed: 1, failed: 1 })
  })
})

test('Playwright\'s report counts nested tests, flaky ones and errors outside the tests as failures', () => {
  const spec = (title: string, status: string) => ({ title, tests: [{ status }] })
  const tally = tallyPlaywright({
    suites: [{ title: 'page.spec.ts', specs: [spec('a', 'expected'), spec('b', 'flaky')], suites: [{ title: 'inner', specs: [spec('c', 'skipped'), spec('d', 'unexpected')] }] }],
    errors: [{ message: 'the server did not start' }],
  })
  expect(tally).toEqual({ passed: 1, failed: 3, skipped: 1, failures: ['the server did not start', 'page.spec.ts b', 'page.spec.ts inner d'], leftOut: ['page.spec.ts inner c'] })
})

describe('a tool that says something else than its report', () => {
  test('fails when it ran nothing, even with status 0', () => {
    expect(trust('gpu', NOTHING, 0)).toMatchObject({ failed: 1, failures: ['gpu ran no test'] })
  })

  test('fails when it ended badly although no test failed', () => {
    expect(trust('unit', check('a', true), 1).failed).toBe(1)
    expect(trust('unit', check('a', true), null).failed).toBe(1)
  })

  test('is believed when both agree', () => {
    expect(trust('unit', check('a', true), 0)).toEqual(check('a', true))
    expect(trust('unit', check('a', false), 1)).toEqual(check('a', false))
  })
})

test('the last line names skipped tests only when there are any', () => {
  expect(lastLine(add(check('a', true), check('b', false)))).toBe('1 passed, 1 failed')
  expect(lastLine({ ...NOTHING, passed: 12, skipped: 3 })).toBe('12 passed, 0 failed, 3 skipped')
})
