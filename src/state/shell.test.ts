import { expect, test } from 'vitest'
import { createShell, isShortcut, type Memory } from './shell.ts'

function memoryOf(given: Readonly<Record<string, string>> = {}): Memory {
  const kept = new Map(Object.entries(given))
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => void kept.set(name, value) }
}

const at = (matches: boolean, over: Partial<Parameters<typeof isShortcut>[0]> = {}) => ({
  target: { closest: () => (matches ? {} : null) } as unknown as EventTarget, ctrlKey: false, metaKey: false, altKey: false, defaultPrevented: false, ...over,
})

test('the tour greets the first visit alone, and can be asked for again', () => {
  const memory = memoryOf()
  const first = createShell(memory)
  expect(first.getState().tour).toBe(0)
  first.goTo(2)
  first.endTour()
  expect(first.getState().tour).toBeUndefined()
  const second = createShell(memory)
  expect(second.getState().tour).toBeUndefined()
  second.showHelp('kl')
  second.beginTour()
  expect(second.getState()).toMatchObject({ tour: 0, help: undefined })
})

test('single keys that were switched off stay off after a reload', () => {
  const memory = memoryOf()
  expect(createShell(memory).getState().keys).toBe(true)
  createShell(memory).setKeys(false)
  expect(createShell(memory).getState().keys).toBe(false)
  createShell(memory).setKeys(true)
  expect(createShell(memory).getState().keys).toBe(true)
})

test('a key is no shortcut while somebody types, holds a modifier, or was understood already', () => {
  expect(isShortcut(at(false))).toBe(true)
  expect(isShortcut(at(true))).toBe(false)
  for (const held of ['ctrlKey', 'metaKey', 'altKey', 'defaultPrevented'] as const) expect(isShortcut(at(false, { [held]: true }))).toBe(false)
  expect(isShortcut({ ...at(false), target: null })).toBe(true)
})

test('a memory that is full or shut off ends no tour and locks no key', () => {
  const refuse = (): never => { throw new Error('the quota has been exceeded') }
  const shell = createShell({ getItem: refuse, setItem: refuse })
  expect(shell.getState().tour).toBe(0)
  shell.endTour()
  shell.setKeys(false)
  expect(shell.getState()).toMatchObject({ tour: undefined, keys: false })
})
