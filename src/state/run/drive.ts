// How a run is driven: its events are pulled one by one, so that to pause is not to pull; and what was given up can touch nothing any more.
import type { RunEvent } from '../../experiment/events.ts'
import { nextTask } from '../nextTask.ts'
import { sentenceOf } from '../sentence.ts'

export interface ActiveRun {
  /** false once it was given up or failed */
  alive: boolean
  /** whether the next event is to be pulled */
  wanted: boolean
  /** pauses after the next step */
  oneStep: boolean
  pulling: boolean
  /** training was ended early; what was reached is being measured */
  ended: boolean
  events: AsyncGenerator<RunEvent, unknown> | undefined
}

export function activeRun(oneStep: boolean): ActiveRun {
  return { alive: true, wanted: true, oneStep, pulling: false, ended: false, events: undefined }
}

/** How long an error of the loop waits for a device's loss to be its reason. */
const LOSS_TELLS_MS = 300

export interface Hooks {
  /** Everything that an event leads to; the next one is not pulled before it is done. */
  readonly event: (event: RunEvent) => Promise<void>
  readonly paused: () => void
  readonly finished: () => void
  readonly failed: (reason: string) => void
}

/** Pulls events for as long as they are wanted. A call while it pulls already changes nothing. */
export async function pull(run: ActiveRun, { event, paused, finished, failed }: Hooks): Promise<void> {
  if (run.pulling || run.events === undefined) return
  run.pulling = true
  try {
    while (run.wanted) {
      const { value, done } = await run.events.next()
      if (!run.alive) return
      if (done === true) {
        finished()
        return
      }
      await event(value)
      if (value.type === 'step' && run.oneStep) run.wanted = false
      // what leads to the next event is another task than what led to this one
      await nextTask()
      if (!run.alive) return
    }
    paused()
  } catch (error) {
    // what was under way on a lost device fails with it, often before the loss itself is told: the loss is the better sentence
    await new Promise((resolve) => { setTimeout(resolve, LOSS_TELLS_MS) })
    if (run.alive) failed(sentenceOf(error))
  } finally {
    run.pulling = false
  }
}

/** The same object, whose calls are refused once the run that holds it was given up: an abandoned loop cannot touch the next run's policy. */
export function whileAlive<Service extends object>(service: Service, run: ActiveRun): Service {
  return new Proxy(service, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...values: unknown[]): unknown => {
        if (!run.alive) return Promise.reject(new Error('this run was given up; nothing more is done for it'))
        return Reflect.apply(member, target, values)
      }
    },
  })
}
