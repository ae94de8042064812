// A run as a page shows it: what its events add up to. Pure: the same events give the same state.
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
  readonly validations: readonly Evaluation[]
  readonly tests: Readonly<Partial<Record<'original' | 'before' | 'after', Evaluation>>>
  /** the last step's rollouts, and those of the latest `rolloutsKept` steps, oldest first */
  readonly rollouts: StepRollouts | undefined
  readonly rolloutHistory: readonly StepRollouts[]
  readonly checkpoints: readonly Of<'checkpoint'>[]
  readonly best: Of<'checkpoint'> | undefined
  readonly paired: Of<'paired'> | undefined
  readonly alarms: readonly { readonly step: number; readonly message: string }[]
  readonly summary: Summary | undefined
}

export const emptyRun: RunState = {
  start: undefined, stage: undefined, done: 0, planned: 0, steps: [], sft: [], validations: [], tests: {}, rollouts: undefined, rolloutHistory: [],
  checkpoints: [], best: undefined, paired: undefined, alarms: [], summary: undefined,
}

/** The state after one more event. A 'start' begins anew, whatever was there. */
export function reduce(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'start': return { ...emptyRun, start: event }
    case 'stage': return { ...state, stage: event.stage, done: 0, planned: event.steps }
    case 'step':
      return event.stage === 'sft'
        ? { ...state, done: event.step, sft: [...state.sft, event] }
        : { ...state, done: event.step, steps: [...state.steps, event] }
    case 'rollouts': {
      const rollouts = { step: event.step, rollouts: event.rollouts }
      const kept = Number(state.start?.settings['rolloutsKept'] ?? 1)
      return { ...state, rollouts, rolloutHistory: [...state.rolloutHistory, rollouts].slice(-kept) }
    }
    case 'evaluation':
      if (event.split === 'validation') return { ...state, validations: [...state.validations, event] }
      return event.policy === 'current' ? state : { ...state, tests: { ...state.tests, [event.policy]: event } }
    case 'checkpoint': return { ...state, checkpoints: [...state.checkpoints, event], ...(event.name === 'best' ? { best: event } : {}) }
    case 'paired': return { ...state, paired: event }
    case 'alarm': return { ...state, alarms: [...state.alarms, { step: event.step, message: event.message }] }
    // read from the store of runs, by query
    case 'answers': case 'fork': case 'stopped': case 'settings': return state
    case 'done': return { ...state, summary: summaryOf(event) }
  }
}
