// The runs of an experiment one after another through the page's own driver: begun, or gone on with; each is kept by the recorder as any other.
import { runSaid } from '../../domain/papers/methods.ts'
import type { Settings } from '../../domain/settings.ts'
import { paceOf } from '../run/pace.ts'
import { settingsFrom } from '../run/kept.ts'
import { isUnderWay, type Run } from '../run/run.ts'
import type { Runs } from '../runs/runs.ts'
import { effectOf } from './matching.ts'
import type { PapersJob, PlannedState, Standing } from './papersState.ts'

export interface Queue {
  readonly run: Run
  readonly runs: Runs
  readonly signal: AbortSignal
  /** what there is of the plan now */
  readonly stand: () => Promise<Standing>
  readonly tell: (job: Omit<PapersJob, 'experiment'>) => void
  /** a run of the plan has ended */
  readonly done: () => Promise<void>
}

/** How long the record of a run that ended may take to say so. */
const SETTLES_MS = 15_000
const ASK_MS = 100

const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms) })

/** Settings as the store of the run takes them: every one. */
function take(run: Run, settings: Settings): void {
  const fault = run.changeAll(settings)
  if (fault !== undefined) throw new Error(fault)
}

/** Resolves with how the run that was just begun ended; a person's pause holds everything up, a stop pauses it. */
function ended({ run, signal }: Queue, watch: () => void): Promise<'finished' | 'paused' | 'left'> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      const { phase, failure } = run.getState()
      if (phase === 'finished') settle(() => resolve('finished'))
      else if (phase === 'failed') settle(() => reject(new Error(failure?.message ?? 'the run failed')))
      else if (phase === 'idle' || phase === 'interrupted') settle(() => (failure === undefined ? resolve('left') : reject(new Error(failure.message))))
      else if (phase === 'paused' && signal.aborted) settle(() => resolve('paused'))
      else watch()
    }
    const stop = (): void => {
      run.pause()
      check()
    }
    const settle = (how: () => void): void => {
      off()
      signal.removeEventListener('abort', stop)
      how()
    }
    const off = run.subscribe(check)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    else check()
  })
}

/** Runs what is missing. Resolves with true once all of the plan is done, false where it was stopped or its run was given up. */
export async function runQueue(queue: Queue): Promise<boolean> {
  const { run, signal, tell } = queue
  let tried: string | undefined
  for (;;) {
    const standing = await queue.stand()
    if (standing.fault !== undefined) throw new Error(standing.fault)
    if (signal.aborted) return false
    const next = standing.plan.find(({ is }) => is !== 'done')
    if (next === undefined) return true
    const { key } = next.planned
    if (tried === key) throw new Error(`run ${runSaid(next.planned)} ended before its steps were done, so it does not count; look at its alarms in Runs, then run the experiment again`)
    tried = key
    const others = standing.plan.filter((one) => one !== next && one.is !== 'done')
    const watch = (): void => tell(toldOf(run, runSaid(next.planned), standing, others, next.seconds))
    watch()
    await begin(queue, next)
    const how = await ended(queue, watch)
    if (how !== 'finished') return false
    await kept(queue, key)
    await queue.done()
  }
}

/** Begins the run, or goes on with what is kept of it; resolves once it is under way. */
async function begin({ run }: Queue, { planned: { settings }, is, record }: PlannedState): Promise<void> {
  const { phase, record: shown } = run.getState()
  if (phase === 'paused') {
    const own = shown !== undefined && (shown.id === record?.id || effectOf(settingsFrom(shown.settings)) === effectOf(settings))
    if (!own) throw new Error(`run ${shown?.name ?? 'on this page'} is paused; go on with it or reset it in Train, then run the experiment`)
    run.train()
    return
  }
  run.setState({ failure: undefined })
  if (is === 'begun' && record !== undefined) {
    // what it resolves with is the end of the run
    void run.resume(record.id)
    return new Promise((resolve, reject) => {
      const off = run.subscribe(({ phase: now, failure }) => {
        if (!isUnderWay(now) && failure === undefined) return
        off()
        if (failure === undefined) resolve()
        else reject(new Error(failure.message))
      })
    })
  }
  run.unfork()
  take(run, settings)
  run.train()
}

/** Waits until the record of the ended run says how it ended. */
async function kept(queue: Queue, key: string): Promise<void> {
  for (let waited = 0; waited < SETTLES_MS; waited += ASK_MS) {
    const { plan } = await queue.stand()
    const { record } = queue.run.getState()
    if (plan.find(({ planned }) => planned.key === key)?.is === 'done' || record?.status === 'finished') return
    await pause(ASK_MS)
  }
}

function toldOf(run: Run, doing: string, standing: Standing, others: readonly PlannedState[], whole: number | undefined): Omit<PapersJob, 'experiment'> {
  const { run: state, settings, phase } = run.getState()
  const { leftMs, unknown } = paceOf(state, settings)
  const own = leftMs === undefined ? whole : leftMs / 1000
  const known = others.flatMap(({ seconds }) => seconds ?? [])
  const left = own === undefined && known.length === 0 ? undefined : (own ?? 0) + known.reduce((sum, seconds) => sum + seconds, 0)
  return {
    phase: phase === 'paused' ? 'paused' : 'running', doing, done: standing.done, of: standing.plan.length, left,
    unknown: others.length - known.length + (own === undefined || unknown.includes('the grpo stage') ? 1 : 0),
  }
}
