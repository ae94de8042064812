// Notes on queries: each is in the browser's own memory from its first letter on, and moves into the run's record where there is one that takes it.
import type { RunRecord, RunsService } from '../../client/runs.ts'
import { sentenceOf } from '../sentence.ts'

/** localStorage, or what stands for it in a test. */
export type NoteMemory = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

/** Where notes belong: a dataset, and the run whose answers are looked at, if it is kept. */
export interface NoteHome {
  readonly dataset: string
  readonly run: Pick<RunRecord, 'id' | 'notes' | 'writer'> | undefined
}

export interface QueryNotes {
  /** Every note of this home by query id: the run's, under those that are still the browser's own. */
  readonly read: (home: NoteHome) => ReadonlyMap<string, string>
  /** Takes a note; the empty text takes it away. What could not be kept is said by the sentence. */
  readonly write: (home: NoteHome, queryId: string, text: string) => Promise<string | undefined>
  /** Moves what a closed page left behind into the run; what does not go stays where it is. */
  readonly settle: (home: NoteHome) => Promise<void>
}

const PREFIX = 'rec-r1-workbench note '
/** A person's pause, after which a note goes into its run. */
const PAUSE_MS = 600

// the id of a run has no space, a dataset's hash neither
const keyOf = (home: string, queryId: string): string => `${PREFIX}${home} ${queryId}`
const homeOf = ({ dataset, run }: NoteHome): string => (run === undefined ? dataset : `${dataset}+${run.id}`)

function inMemory(memory: NoteMemory, home: string): [queryId: string, text: string][] {
  const start = keyOf(home, '')
  const found: [string, string][] = []
  for (let at = 0; at < memory.length; at++) {
    const key = memory.key(at)
    if (key?.startsWith(start) === true) found.push([key.slice(start.length), memory.getItem(key) ?? ''])
  }
  return found
}

export function createQueryNotes(memory: NoteMemory, runs: Pick<RunsService, 'record' | 'change'>, pauseMs = PAUSE_MS): QueryNotes {
  let turn: Promise<unknown> = Promise.resolve()
  const pauses = new Map<string, { readonly timer: ReturnType<typeof setTimeout>; readonly end: (said: string | undefined) => void }>()

  /** Adds to what the record says by now: notes of another tab, or on other queries, stay. */
  const settle = async (run: string, queryId: string, key: string): Promise<void> => {
    const text = memory.getItem(key)
    if (text === null) return
    const { notes } = await runs.record(run)
    const { [queryId]: _, ...others } = notes
    await runs.change(run, { notes: text === '' ? others : { ...others, [queryId]: text } })
    // what was typed since then is settled by its own pause
    if (memory.getItem(key) === text) memory.removeItem(key)
  }

  const inTurn = (run: string, queryId: string, key: string): Promise<void> => {
    const settled = turn.then(() => settle(run, queryId, key))
    turn = settled.catch(() => undefined)
    return settled
  }

  return {
    settle: async (home) => {
      if (home.run === undefined) return
      for (const [id] of inMemory(memory, homeOf(home))) {
        const key = keyOf(homeOf(home), id)
        if (!pauses.has(key)) await inTurn(home.run.id, id, key).catch(() => undefined)
      }
    },
    read: (home) => {
      const notes = new Map(inMemory(memory, home.dataset))
      for (const [id, text] of Object.entries(home.run?.notes ?? {})) if (id !== '') notes.set(id, text)
      if (home.run !== undefined) for (const [id, text] of inMemory(memory, homeOf(home))) notes.set(id, text)
      for (const [id, text] of notes) if (text.trim() === '') notes.delete(id)
      return notes
    },
    write: (home, queryId, text) => {
      const key = keyOf(homeOf(home), queryId)
      try {
        const none = text.trim() === ''
        // a note that was shown and is taken away does not come back as the dataset's
        if (none) memory.removeItem(keyOf(home.dataset, queryId))
        if (home.run !== undefined || !none) memory.setItem(key, none ? '' : text)
      } catch {
        return Promise.resolve(`the note of ${text.length} letters on ${queryId} is not kept: the browser’s memory for this page is full; remove data or runs, and write it again`)
      }
      if (home.run === undefined) return Promise.resolve(undefined)
      const { id: run } = home.run
      const before = pauses.get(key)
      if (before !== undefined) {
        clearTimeout(before.timer)
        before.end(undefined)
      }
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          pauses.delete(key)
          inTurn(run, queryId, key).then(() => resolve(undefined), (error: unknown) => {
            resolve(`the note on ${queryId} stays in this browser and is not in the run yet: ${sentenceOf(error)}`)
          })
        }, pauseMs)
        pauses.set(key, { timer, end: resolve })
      })
    },
  }
}
