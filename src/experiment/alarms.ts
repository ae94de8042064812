// When a person should look: conditions over the latest steps, each told once, when it begins.
import { mean } from '../domain/metrics.ts'
import type { GrpoStep } from './events.ts'

/** Steps that a mean is taken over, so that one odd step is no alarm. */
const WINDOW = 5

/** Shares of failed rankings that are told: of one step, and of the window. */
const MANY_FAILED = 0.1
const SOME_FAILED = 0.02

type Condition = (history: readonly GrpoStep[]) => string | undefined

const CONDITIONS: readonly Condition[] = [
  (history) => {
    const step = history.at(-1)!
    const broken = (['loss', 'gradNorm', 'kl', 'entropy'] as const).filter((name) => !Number.isFinite(step[name]))
    if (step.failed.share < 1 && !Number.isFinite(step.reward.mean)) return 'the reward is not a finite number; look at the weights of its parts'
    if (broken.length > 0 || step.skipped > 0) {
      return `${broken.join(', ') || 'a gradient'} not finite: ${step.skipped} updates were left out; lower learningRate (now ${step.learningRate})`
    }
    return undefined
  },
  (history) => {
    const { failed } = history.at(-1)!
    const share = Math.max(failed.share >= MANY_FAILED ? failed.share : 0, recent(history, (step) => step.failed.share))
    if (share <= SOME_FAILED) return undefined
    const reason = history.findLast((step) => step.failed.reason !== undefined)?.failed.reason
    return `${percent(share)} of rollouts got no ranking, and so no reward: ${reason}`
  },
  (history) => {
    const share = recent(history, (step) => step.zeroSpread.share)
    return share > 0.8 ? `${percent(share)} of groups have no spread and teach nothing; raise groupSize or temperature` : undefined
  },
  (history) => {
    if (history.length < 2 * WINDOW) return undefined
    const [start, now] = [mean(history.slice(0, WINDOW).map((step) => step.format)), recent(history, (step) => step.format)]
    const fell = now < 0.9 && now < start - 0.05
    return fell ? `the format rate fell from ${percent(start)} to ${percent(now)}; lower learningRate or raise klCoefficient` : undefined
  },
  (history) => {
    const kl = recent(history, (step) => step.kl)
    return kl > 2 ? `the policy is ${kl.toFixed(2)} nats a token away from its start; lower learningRate or raise klCoefficient` : undefined
  },
  (history) => {
    const cut = recent(history, (step) => step.completionLength.truncated)
    return cut > 0.2 ? `${percent(cut)} of completions are cut at maxNewTokens; raise it, or damp repetition` : undefined
  },
  (history) => {
    const { logpGap } = history.at(-1)!
    return logpGap > 1e-3 ? `sampler and trainer disagree by ${logpGap.toExponential(1)} in a log-probability; 1e-4 is right` : undefined
  },
]

/** What a run is watched for, step by step. */
export class Alarms {
  readonly #history: GrpoStep[] = []
  #holding: readonly boolean[] = []

  /** What begins to hold at this step. */
  push(step: GrpoStep): string[] {
    this.#history.push(step)
    const now = CONDITIONS.map((condition) => condition(this.#history))
    const begun = now.flatMap((message, i) => (message === undefined || this.#holding[i] === true ? [] : [message]))
    this.#holding = now.map((message) => message !== undefined)
    return begun
  }

  /** New settings: what still holds is told again. */
  forget(): void {
    this.#holding = []
  }
}

/** What begins to hold at the last step of `history`. */
export function newAlarms(history: readonly GrpoStep[]): string[] {
  const alarms = new Alarms()
  return history.map((step) => alarms.push(step)).at(-1) ?? []
}

/** Mean over the window's steps; 0 while there are fewer. */
function recent(history: readonly GrpoStep[], value: (step: GrpoStep) => number): number {
  return history.length < WINDOW ? 0 : mean(history.slice(-WINDOW).map(value))
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}
