// A run as a page shows it: what its events add up to. Pure: the same events give the same state, and no state is changed once it was given.
import { summaryOf, type GrpoStep, type RunEvent, type ScoredRollout, type StageName, type Summary } from './events.ts'

type Of<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>
export type Evaluation = Of<'evaluation'>
export type SftStep = Extract<RunEvent, { type: 'step'; stage: 'sft' }>

export interface StepRollouts {
  readonly step: number
  readonly rollouts: readonly ScoredRollout[]
}

export interface RunState {
  readonly start: Of<'start'> | undefined
  readonly stage: StageName | undefined
  /** steps of the current stage: done, and planned */
  readonly done: number
  readonly planned: number
  readonly steps: readonly GrpoStep[]
  readonly sft: readonly SftStep[]
  /** of the last stage */
  readonly validations: readonly Evaluation[]
  /** of the sft stage, whether another follows or not: its steps are counted apart */
  readonly sftValidations: readonly Evaluation[]
  readonly tests: Readonly<Partial<Record<'original' | 'prompted' | 'before' | 'after', Evaluation>>>
  /** what the sft stage imitates: texts so far, and once they are all there what they are */
  readonly imitating: { readonly texts: number; readonly imitated: Of<'imitated'> | undefined }
  /** the last step's rollouts, and those of the latest `rolloutsKept` steps, oldest first */
  readonly rollouts: StepRollouts | undefined
  readonly rolloutHistory: readonly StepRollouts[]
  /** rollouts of all steps that the recommender failed on, and its latest reason */
  readonly unranked: { readonly rollouts: number; readonly reason: string | undefined }
  readonly checkpoints: readonly Of<'checkpoint'>[]
  readonly best: Of<'checkpoint'> | undefined
  readonly paired: Of<'paired'> | undefined
  readonly alarms: readonly { readonly step: number; readonly message: string }[]
  /** every evaluation of test queries, in the order in which they came */
  readonly tested: readonly Evaluation[]
  /** where this run went on from another's checkpoint, and where its settings changed, which `start` then holds: marks on the curves */
  readonly forkedAt: readonly Of<'fork'>[]
  readonly changes: readonly Of<'settings'>[]
  /** where a person ended training early */
  readonly stopped: Of<'stopped'> | undefined
  readonly summary: Summary | undefined
}

export const emptyRun: RunState = {
  start: undefined, stage: undefined, done: 0, planned: 0, steps: [], sft: [], validations: [], sftValidations: [], tests: {},
  imitating: { texts: 0, imitated: undefined }, rollouts: undefined, rolloutHistory: [],
  unranked: { rollouts: 0, reason: undefined },
  checkpoints: [], best: undefined, paired: undefined, alarms: [], tested: [], forkedAt: [], changes: [], stopped: undefined, summary: undefined,
}

type Fields = { -readonly [Name in keyof RunState]: RunState[Name] }
type Lists = { [Name in keyof RunState as RunState[Name] extends readonly unknown[] ? Name : never]: RunState[Name] }

/** A state that takes events: it is copied once, and a list when the first of them adds to it. Done with once its state was asked for. */
class Draft {
  readonly #own = new Set<keyof RunState>()
  #state: Fields

  constructor(state: RunState) {
    this.#state = { ...state }
  }

  get state(): RunState {
    return this.#state
  }

  /** Takes one more event. A 'start' begins anew, whatever was there. */
  take(event: RunEvent): void {
    const state = this.#state
    switch (event.type) {
      case 'start':
        this.#own.clear()
        this.#state = { ...emptyRun, start: event }
        break
      case 'stage':
        // a stage chooses its best among its own validations
        Object.assign(state, { stage: event.stage, done: 0, planned: event.steps, best: undefined })
        break
      case 'step':
        state.done = event.step
        if (event.stage === 'sft') this.#add('sft', event)
        else {
          this.#add('steps', event)
          // runs that were kept before failures were counted have none
          const failed = event.failed as GrpoStep['failed'] | undefined
          const { rollouts, reason } = state.unranked
          if (failed !== undefined && failed.rollouts > 0) state.unranked = { rollouts: rollouts + failed.rollouts, reason: failed.reason ?? reason }
        }
        break
      case 'rollouts':
        this.#rollouts({ step: event.step, rollouts: event.rollouts })
        break
      case 'evaluation':
        if (event.split === 'validation' && event.stage === undefined) this.#add('validations', event)
        if (event.split === 'validation' && state.stage === 'sft') this.#add('sftValidations', event)
        if (event.split === 'test') this.#add('tested', event)
        if (event.split === 'test' && event.policy !== 'current') state.tests = { ...state.tests, [event.policy]: event }
        break
      case 'checkpoint':
        this.#add('checkpoints', event)
        if (event.name === 'best') state.best = event
        break
      case 'imitations':
        if (event.use === 'training') state.imitating = { ...state.imitating, texts: state.imitating.texts + event.imitations.length }
        break
      case 'imitated':
        state.imitating = { texts: event.training, imitated: event }
        break
      case 'paired':
        state.paired = event
        break
      case 'alarm':
        this.#add('alarms', { step: event.step, message: event.message })
        break
      case 'fork':
        this.#add('forkedAt', event)
        state.stopped = undefined
        break
      case 'settings':
        this.#settings(event)
        break
      case 'stopped':
        state.stopped = event
        break
      case 'done':
        state.summary = summaryOf(event)
        break
      // read from the store of runs, by query
      case 'answers': break
    }
  }

  #add<Name extends keyof Lists>(name: Name, item: Lists[Name][number]): void {
    if (!this.#own.has(name)) {
      this.#own.add(name)
      Object.assign(this.#state, { [name]: this.#state[name].slice() })
    }
    ;(this.#state[name] as unknown[]).push(item)
  }

  #rollouts(rollouts: StepRollouts): void {
    const kept = Number(this.#state.start?.settings['rolloutsKept'] ?? 1)
    Object.assign(this.#state, { rollouts, rolloutHistory: [...this.#state.rolloutHistory, rollouts].slice(-kept) })
  }

  #settings(event: Of<'settings'>): void {
    const { start, stage } = this.#state
    const steps = event.changed[stage === 'sft' ? 'sftSteps' : 'steps']
    this.#add('changes', event)
    Object.assign(this.#state, {
      stopped: undefined, ...(steps !== undefined && { planned: Number(steps) }),
      ...(start && { start: { ...start, settings: { ...start.settings, ...event.changed } } }),
    })
  }
}

/** The state after more events. Costs one copy of each list that grows, however many events there are: give it as many as have come. */
export function reduceAll(state: RunState, events: Iterable<RunEvent>): RunState {
  const draft = new Draft(state)
  for (const event of events) draft.take(event)
  return draft.state
}

/** The state after one more event. */
export function reduce(state: RunState, event: RunEvent): RunState {
  return reduceAll(state, [event])
}
