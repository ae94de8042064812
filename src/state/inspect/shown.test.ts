// Checks that the browser remembers how the inspector was set up, and that a link opens the same columns elsewhere.
import { expect, test } from 'vitest'
import { FIRST_SHOWN, fromLink, recall, remember, textFor, toLink, withText, type Shown } from './shown.ts'

function memory(value: string | null = null) {
  let held = value
  return { getItem: () => held, setItem: (_: string, next: string) => { held = next } }
}

const SHOWN: Shown = {
  columns: ['original', 'typed:1', 'checkpoint:r:grpo:4', 'source:x'], listed: 50, k: 10, pictures: true, tableOpen: false,
  typed: { 'typed:1': { 'cheap gamepad': 'game controller & "pad"' } },
}

test('what was set up is there again after a reload', () => {
  const browser = memory()
  expect(remember(browser, SHOWN)).toBe(true)
  expect(recall(browser)).toEqual(SHOWN)
})

test('at first, and where the memory makes no sense, the three columns of the figure stand there', () => {
  for (const value of [null, 'no JSON', '[]', '{"listed": 9, "k": "10", "typed": [1], "pictures": "yes"}']) expect(recall(memory(value))).toEqual(FIRST_SHOWN)
})

test('pictures are off until someone wants them', () => {
  expect(FIRST_SHOWN.pictures).toBe(false)
})

test('columns and table begin with one measure, NDCG@10; another K is remembered and linked', () => {
  expect(FIRST_SHOWN.k).toBe(10)
  const browser = memory()
  remember(browser, { ...SHOWN, k: 100 })
  expect(recall(browser).k).toBe(100)
  expect(fromLink(`?${toLink('mug', { ...SHOWN, k: 100 }).search}`, FIRST_SHOWN)!.shown.k).toBe(100)
})

test('a browser without room says so instead of throwing', () => {
  expect(remember({ setItem: () => { throw new Error('QuotaExceededError') } }, SHOWN)).toBe(false)
})

test('a typed column says the query until something else is typed for that query', () => {
  expect([textFor(SHOWN.typed, 'typed:1', 'cheap gamepad'), textFor(SHOWN.typed, 'typed:1', 'red mug')]).toEqual(['game controller & "pad"', 'red mug'])
})

test('of many texts the latest 200 stay', () => {
  let typed = {}
  for (let at = 0; at < 250; at++) typed = withText(typed, 'typed:1', `q${at}`, 'x')
  expect(Object.keys(typed['typed:1' as keyof typeof typed])).toHaveLength(200)
  expect(textFor(typed, 'typed:1', 'q249')).toBe('x')
})

test('a link carries query, columns and typed texts, and names what only this browser has', () => {
  const { search, leftOut } = toLink('cheap gamepad', SHOWN)
  expect(leftOut).toEqual(['checkpoint:r:grpo:4', 'source:x'])
  expect(fromLink(`?${search}`, FIRST_SHOWN)).toEqual({
    query: 'cheap gamepad', shown: { ...FIRST_SHOWN, columns: ['original', 'typed:1'], listed: 50, k: 10, typed: SHOWN.typed },
  })
})

test('a link never writes over a text of one’s own', () => {
  const own: Shown = { ...FIRST_SHOWN, typed: { 'typed:1': { 'cheap gamepad': 'mine' } } }
  const given = fromLink(`?${toLink('cheap gamepad', SHOWN).search}`, own)!.shown
  expect(given.columns).toEqual(['original', 'typed:2'])
  expect([textFor(given.typed, 'typed:1', 'cheap gamepad'), textFor(given.typed, 'typed:2', 'cheap gamepad')]).toEqual(['mine', 'game controller & "pad"'])
})

test('an address without a query of the inspector changes nothing', () => {
  expect(fromLink('?utm=1', FIRST_SHOWN)).toBeUndefined()
})
