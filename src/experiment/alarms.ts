// When a person should look: conditions over the latest steps and validations, each told once, when it begins. No condition reads the whole run.
import { mean } from '../domain/metrics.ts'
import type { EvaluationEvent, GrpoStep } from './events.ts'

/** Steps that a mean is taken over, so that one odd step is no alarm: of 16 × 8 rollouts, a share of 90 % is then known to 1.2 points. */
const WINDOW = 5

/** Shares of failed rankings that are told: of one step, and of the window. */
const MANY_FAILED = 0.1
const SOME_FAILED = 0.02

/** Falling format: below nine in ten, and below the best window by more than two windows of a few prompts differ by chance. */
const FORMAT = { below: 0.9, fall: 0.08 }

/** Mean k3 a token: e² = 7 times likelier on average than to the start. Runs that learned on the sample and on ESCI stayed below 1.2. */
const MOST_KL = 2

/**
 * What is left of the start's entropy, and of the start's variety within groups, when both have collapsed. Learning lowers both (in runs that went well
 * to 0.7 of the start); one alone is no collapse: a sharper policy can still answer in several ways.
 */
const LEFT = 0.3

/** Rewrites that grow: twice the start's words, and five more, since two words for one are an expansion and no growth. Runs that went well stayed within a third. */
const GROWTH = { times: 2, words: 5 }
/** Share of distinct words in a rewrite: below four in five, where runs that went well kept nine in ten. */
const DISTINCT = { below: 0.8, fall: 0.1 }
/** Share of words that are not the query's: rewrites that went well kept a third of them at least. */
const NEW_WORDS = { above: 0.85, rise: 0.2 }

/** Thoughts that die out: below a fifth of the start's words, where the start had some worth the name. */
const THOUGHT = { left: 1 / 5, words: 2 }

/**
 * Validations in a row that fell, each below the one before: among five equally good ones in any order that happens once in 120. Or in a row below the 95 %
 * interval of the best: a fall too deep for chance, however it came.
 */
const FALLS = 4
const BELOW_BEST = 3

/** What conditions see: the latest step, means over the first and the latest window (NaN before there are two that do not overlap), and the best of format. */
interface Seen {
  readonly step: GrpoStep
  readonly recent: (value: (step: GrpoStep) => number) => number
  readonly start: (value: (step: GrpoStep) => number) => number
  readonly bestFormat: number
  /** why the latest ranking that failed did */
  readonly reason: string | undefined
  readonly groupSize: number
}

type Condition = (seen: Seen) => string | undefined

const CONDITIONS: readonly Condition[] = [
  ({ step }) => {
    const broken = (['loss', 'gradNorm', 'kl', 'entropy'] as const).filter((name) => !Number.isFinite(step[name]))
    if (step.failed.share < 1 && !Number.isFinite(step.reward.mean)) return 'the reward is not a finite number; look at the weights of its parts'
    if (broken.length > 0 || step.skipped > 0) {
      return `${broken.join(', ') || 'a gradient'} not finite: ${step.skipped} updates were left out; lower learningRate (now ${step.learningRate})`
    }
    return undefined
  },
  ({ step: { failed }, recent, reason }) => {
    const share = Math.max(failed.share >= MANY_FAILED ? failed.share : 0, recent((step) => step.failed.share) || 0)
    return share > SOME_FAILED ? `${percent(share)} of rollouts got no ranking, and so no reward: ${reason}` : undefined
  },
  ({ recent }) => {
    const share = recent((step) => step.zeroSpread.share)
    return share > 0.8 ? `${percent(share)} of groups have no spread and teach nothing; raise groupSize or temperature` : undefined
  },
  ({ recent, bestFormat }) => {
    const now = recent((step) => step.format)
    const fell = now < FORMAT.below && now < bestFormat - FORMAT.fall
    return fell ? `the format rate fell from ${percent(bestFormat)} to ${percent(now)}; lower learningRate or raise klCoefficient` : undefined
  },
  ({ recent }) => {
    const kl = recent((step) => step.kl)
    return kl > MOST_KL ? `the policy is ${kl.toFixed(2)} nats a token away from its start; lower learningRate or raise klCoefficient` : undefined
  },
  ({ recent }) => {
    const cut = recent((step) => step.completionLength.truncated)
    return cut > 0.2 ? `${percent(cut)} of completions are cut at maxNewTokens; raise it, or damp repetition` : undefined
  },
  ({ step: { logpGap } }) =>
    (logpGap > 1e-3 ? `sampler and trainer disagree by ${logpGap.toExponential(1)} in a log-probability; 1e-4 is right` : undefined),
  ({ start, recent, groupSize }) => {
    // 1 / groupSize is the least there can be: every rollout of a group the same
    const variety = (step: GrpoStep): number => (step.distinctOutputs - 1 / groupSize) / (1 - 1 / groupSize)
    const [entropy, first] = [recent((step) => step.entropy), start((step) => step.entropy)]
    const outputs = recent((step) => step.distinctOutputs)
    const collapsed = entropy < LEFT * first && recent(variety) < LEFT * start(variety)
    return collapsed
      ? `variety collapsed: entropy fell from ${first.toFixed(2)} to ${entropy.toFixed(2)} nats a token, and ${percent(outputs)} of a group’s rewrites are distinct; raise temperature, entropyCoefficient or klCoefficient`
      : undefined
  },
  ({ start, recent }) => {
    const [first, now] = [start((step) => step.words), recent((step) => step.words)]
    const grew = now > GROWTH.times * first && now > first + GROWTH.words
    return grew ? `rewrites grew from ${first.toFixed(1)} to ${now.toFixed(1)} words; read some, and weigh rewardLength if they only pad` : undefined
  },
  ({ start, recent }) => {
    const [first, now] = [start((step) => step.distinct), recent((step) => step.distinct)]
    const repeats = now > 0 && now < DISTINCT.below && now < first - DISTINCT.fall
    return repeats ? `rewrites repeat themselves: ${percent(now)} of their words are distinct, ${percent(first)} at the start; weigh rewardRepetition` : undefined
  },
  ({ start, recent }) => {
    const [first, now] = [start((step) => step.newWords), recent((step) => step.newWords)]
    const left = now > NEW_WORDS.above && now > first + NEW_WORDS.rise
    return left ? `${percent(now)} of the rewrites’ words are not their query’s, ${percent(first)} at the start; read whether they still ask for the same` : undefined
  },
  ({ start, recent }) => {
    const words = (step: GrpoStep): number => step.thought?.words ?? Number.NaN
    const [first, now] = [start(words), recent(words)]
    const collapsed = first >= THOUGHT.words && now < THOUGHT.left * first
    return collapsed
      ? `thoughts died out: ${now.toFixed(1)} words, ${first.toFixed(1)} at the start; nothing rewards them, so they go. Set thinking to false, which is cheaper, or raise klCoefficient`
      : undefined
  },
]

/** A validation with the mean training reward of the steps that led to it. */
interface Validated {
  readonly ndcg: number
  readonly low: number
  readonly reward: number
}

/** What a run is watched for. Its memory is two windows of steps and a few validations, however long the run. */
export class Alarms {
  readonly #first: GrpoStep[] = []
  #latest: readonly GrpoStep[] = []
  #steps = 0
  #bestFormat = Number.NaN
  #reason: string | undefined
  #holding: readonly boolean[] = []
  /** training rewards since the last validation */
  #rewards = { sum: 0, steps: 0 }
  #validations: readonly Validated[] = []
  #best: Validated | undefined
  #below = 0
  #parting = false

  constructor(readonly groupSize: number) {}

  /** What begins to hold at this step. */
  push(step: GrpoStep): string[] {
    this.#steps++
    if (this.#first.length < WINDOW) this.#first.push(step)
    this.#latest = [...this.#latest.slice(1 - WINDOW), step]
    this.#reason = step.failed.reason ?? this.#reason
    const { sum, steps } = this.#rewards
    if (Number.isFinite(step.reward.mean)) this.#rewards = { sum: sum + step.reward.mean, steps: steps + 1 }
    const recent = (value: (step: GrpoStep) => number): number => (this.#latest.length < WINDOW ? Number.NaN : mean(this.#latest.map(value)))
    const start = (value: (step: GrpoStep) => number): number => (this.#steps < 2 * WINDOW ? Number.NaN : mean(this.#first.map(value)))
    const format = recent((one) => one.format)
    if (!(format <= this.#bestFormat)) this.#bestFormat = format
    const seen = { step, recent, start, bestFormat: this.#bestFormat, reason: this.#reason, groupSize: this.groupSize }
    const now = CONDITIONS.map((condition) => condition(seen))
    const begun = now.flatMap((message, i) => (message === undefined || this.#holding[i] === true ? [] : [message]))
    this.#holding = now.map((message) => message !== undefined)
    return begun
  }

  /** What begins to hold at this validation: that it falls while the training reward rises. */
  validated({ metrics: { 'ndcg@10': ndcg }, interval: { low } }: Pick<EvaluationEvent, 'metrics' | 'interval'>): string[] {
    // NaN at a stage's beginning, before any step
    const reward = this.#rewards.sum / this.#rewards.steps
    this.#rewards = { sum: 0, steps: 0 }
    if (!Number.isFinite(ndcg)) return []
    const now: Validated = { ndcg, low, reward }
    this.#validations = [...this.#validations.slice(-FALLS), now]
    if (this.#best === undefined || ndcg > this.#best.ndcg) this.#best = now
    this.#below = ndcg < this.#best.low ? this.#below + 1 : 0
    const all = this.#validations
    const falls = all.length > FALLS && all.every((one, i) => i === 0 || one.ndcg < all[i - 1]!.ndcg)
    const against = falls ? all[0] : this.#below >= BELOW_BEST ? this.#best : undefined
    const first = mean(this.#first.map((step) => step.reward.mean).filter(Number.isFinite))
    const parting = against !== undefined && reward > (Number.isNaN(against.reward) ? first : against.reward)
    const begins = parting && !this.#parting
    this.#parting = parting
    if (!begins) return []
    const how = falls ? `fell ${FALLS} validations in a row` : `stayed below what chance explains for ${BELOW_BEST} validations`
    return [`the training reward rises while held-out queries lose: their ndcg@10 ${how}, from ${against.ndcg.toFixed(3)} to ${ndcg.toFixed(3)}; the reward may be gamed, or the training queries learned by heart: read rollouts, raise klCoefficient, or stop here`]
  }

  /** New settings: what still holds is told again, and validations are compared with later ones alone. */
  forget(): void {
    this.#holding = []
    this.#validations = []
    this.#best = undefined
    this.#below = 0
    this.#parting = false
  }
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}
