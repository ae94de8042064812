// Checks that a note is never lost: kept from its first letter on, moved into its run, and left where it is when the run takes none.
import { expect, test } from 'vitest'
import type { RunRecord } from '../../client/runs.ts'
import { createQueryNotes, type NoteMemory } from './queryNotes.ts'

function fakeMemory(most = Infinity): NoteMemory & { readonly held: Map<string, string> } {
  const held = new Map<string, string>()
  return {
    held, get length() { return held.size }, key: (at) => [...held.keys()][at] ?? null, getItem: (key) => held.get(key) ?? null, removeItem: (key) => void held.delete(key),
    setItem: (key, value) => {
      if (held.size >= most) throw new Error('QuotaExceededError')
      held.set(key, value)
    },
  }
}

function fakeRuns(notes: Record<string, string>, refused?: string) {
  const stored = { id: 'run1', notes } as unknown as RunRecord
  return {
    stored: () => stored.notes,
    service: {
      record: () => Promise.resolve({ ...stored }),
      change: (_: string, change: { readonly notes?: Readonly<Record<string, string>> }) => {
        if (refused !== undefined) return Promise.reject(new Error(refused))
        Object.assign(stored, change)
        return Promise.resolve(stored)
      },
    },
  }
}
const HOME = { dataset: 'hash', run: undefined }
const inRun = (notes: Record<string, string> = {}) => ({ dataset: 'hash', run: { id: 'run1', notes } })

test('without a run a note is kept with the data, and only with those', async () => {
  const notes = createQueryNotes(fakeMemory(), fakeRuns({}).service)
  expect(await notes.write(HOME, 'q 1', 'odd ranking')).toBeUndefined()
  expect([...notes.read(HOME)]).toEqual([['q 1', 'odd ranking']])
  expect([...notes.read({ dataset: 'other', run: undefined })]).toEqual([])
})

test('with a run it is there at once, goes into the record after a pause, beside what others wrote there, and leaves the browser’s memory', async () => {
  const memory = fakeMemory()
  const { service, stored } = fakeRuns({ '': 'about the run', other: 'by another tab' })
  const notes = createQueryNotes(memory, service, 5)
  const typed = ['o', 'od', 'odd'].map((text) => notes.write(inRun(), 'q', text))
  expect([...notes.read(inRun({ '': 'about the run' }))]).toEqual([['q', 'odd']])
  expect(await Promise.all(typed)).toEqual([undefined, undefined, undefined])
  expect(stored()).toEqual({ '': 'about the run', other: 'by another tab', q: 'odd' })
  expect(memory.held.size).toBe(0)
})

test('a run that takes no note leaves it in the browser, and says why', async () => {
  const notes = createQueryNotes(fakeMemory(), fakeRuns({}, 'run x is open in another tab').service, 0)
  expect(await notes.write(inRun(), 'q', 'kept')).toBe('the note on q stays in this browser and is not in the run yet: run x is open in another tab')
  expect([...notes.read(inRun())]).toEqual([['q', 'kept']])
})

test('what a closed page left behind goes into the run the next time', async () => {
  const memory = fakeMemory()
  void createQueryNotes(memory, fakeRuns({}, 'closed').service, 1e6).write(inRun(), 'q', 'half')
  const { service, stored } = fakeRuns({})
  await createQueryNotes(memory, service).settle(inRun())
  expect(stored()).toEqual({ q: 'half' })
  expect(memory.held.size).toBe(0)
})

test('a note taken away stays away, also where the data had one', async () => {
  const { service, stored } = fakeRuns({ q: 'old' })
  const notes = createQueryNotes(fakeMemory(), service, 0)
  await notes.write(HOME, 'q', 'of the data')
  await notes.write(inRun({ q: 'old' }), 'q', '  ')
  expect(stored()).toEqual({})
  expect([...notes.read(inRun())]).toEqual([])
})

test('a full memory is said by a sentence', async () => {
  const notes = createQueryNotes(fakeMemory(0), fakeRuns({}).service)
  expect(await notes.write(HOME, 'q', 'four')).toMatch(/^the note of 4 letters on q is not kept: the browser’s memory for this page is full/)
})
