// One thing at a time that takes a while: how far it is, what is left of it, and a way to end it.
import { sentenceOf } from '../sentence.ts'

export interface Job {
  readonly what: string
  readonly done: number
  readonly of: number
  /** what is left, in seconds; undefined until there is something to go by */
  readonly left: number | undefined
}

export interface Jobs {
  readonly busy: () => boolean
  /** False where it failed or was ended, and where something else is under way. */
  readonly lasting: (what: string, of: number, work: (signal: AbortSignal, tell: (done: number) => void) => Promise<void>) => Promise<boolean>
  /** Ends what is under way; a reason is told as its failure. */
  readonly end: (reason?: string) => void
}

export function createJobs(show: (job: Job | undefined) => void, fail: (sentence: string | undefined) => void): Jobs {
  let abort: AbortController | undefined
  let quiet = false
  return {
    busy: () => abort !== undefined,
    lasting: async (what, of, work) => {
      if (abort !== undefined) return false
      const mine = new AbortController()
      abort = mine
      quiet = false
      const start = performance.now()
      fail(undefined)
      show({ what, done: 0, of, left: undefined })
      try {
        await work(mine.signal, (done) => show({ what, done, of, left: done === 0 ? undefined : (performance.now() - start) / 1000 / done * (of - done) }))
        return true
      } catch (error) {
        if (!quiet) fail(`${what} ended: ${sentenceOf(mine.signal.aborted ? mine.signal.reason : error)}`)
        return false
      } finally {
        abort = undefined
        show(undefined)
      }
    },
    end: (reason) => {
      quiet = reason === undefined
      abort?.abort(new Error(reason ?? 'cancelled'))
    },
  }
}
