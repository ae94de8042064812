// The charts of a run as a table: which numbers, how they are written, and what a reader should make of them.
import type { TermName } from '../../domain/glossary.ts'
import { REWARD_PARTS, REWARD_WEIGHTS, type RewardPart } from '../../domain/reward.ts'
import { PART_NAMES } from '../../domain/rewards/names.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Evaluation, GrpoStep, RunState } from '../../state/run/run.ts'
import { count, digits, percent, score } from '../parts/format.ts'

export type SftStep = RunState['sft'][number]
/** What a chart has a point for: every step of GRPO, every step of imitation, or every validation of the last stage or of imitation. */
export type Track = 'steps' | 'sft' | 'validations' | 'sftValidations'
type ItemOf<Of extends Track> = { steps: GrpoStep; sft: SftStep; validations: Evaluation; sftValidations: Evaluation }[Of]

export type Format = (value: number | undefined) => string

export interface CurveLine<Item = never> {
  readonly key: string
  readonly name: string
  /** from 1: its colour and dash among the lines of its chart; six colours, each with another dash the next time round */
  readonly place: number
  /** drawn with a moving average over it */
  readonly smooth?: boolean
  /** undefined was not measured; what isn't a finite number is drawn as a marked gap */
  readonly value: (item: Item, settings: Settings) => number | null | undefined
  /** false leaves the line out of runs with these settings */
  readonly shown?: (settings: Settings) => boolean
}

export interface CurveBand<Item = never> {
  readonly says: string
  readonly low: (item: Item) => number | null | undefined
  readonly high: (item: Item) => number | null | undefined
}

export type Section = 'reward' | 'policy' | 'hacking' | 'pace' | 'sft'

interface CurveOf<Of extends Track> {
  readonly id: string
  readonly section: Section
  readonly title: string
  readonly about?: TermName
  readonly explain: string
  readonly of: Of
  readonly lines: readonly CurveLine<ItemOf<Of>>[]
  /** around the first line */
  readonly band?: CurveBand<ItemOf<Of>>
  /** the band as bars with ends, one at each point: for few points that are measured apart */
  readonly bars?: boolean
  readonly format: Format
  /** ends that the y axis does not go short of */
  readonly least?: number
  readonly most?: number
  /** said in place of lines that are flat by construction */
  readonly note?: (settings: Settings) => string | undefined
  /** said below the chart: what to look for */
  readonly look?: string
}

export type Curve = CurveOf<'steps'> | CurveOf<'sft'> | CurveOf<'validations'> | CurveOf<'sftValidations'>

/** In the order in which they stand on the page, each with what is said above its charts. */
export const SECTIONS: readonly { readonly id: Section; readonly title: string; readonly about?: TermName; readonly says?: string }[] = [
  { id: 'sft', title: 'Imitation', about: 'sft' },
  { id: 'reward', title: 'Reward, held-out queries and rollouts' },
  { id: 'policy', title: 'Policy and optimiser' },
  {
    id: 'hacking', title: 'Signs of reward hacking', about: 'hacking',
    says: 'Suspect the reward when it rises while queries grow long, words repeat, or every rollout asks the same; trust it when the held-out curves rise with it. '
      + 'The rollouts of a pinned step show what the numbers mean.',
  },
  { id: 'pace', title: 'Pace and failures' },
]

const perSecond = (tokens: number, ms: number): number | undefined => (ms > 0 ? (tokens * 1000) / ms : undefined)

const weighted = (part: RewardPart, at: number): CurveLine<GrpoStep> => ({
  key: part, name: PART_NAMES[part], place: at + 1, smooth: true,
  value: ({ parts }, settings) => settings[REWARD_WEIGHTS[part]] * (parts[part] ?? Number.NaN),
  shown: (settings) => settings[REWARD_WEIGHTS[part]] !== 0,
})

/** What the schedule makes of the learning rate where that is one number. */
function constantRate({ schedule, warmupSteps, learningRate }: Settings): string | undefined {
  return schedule === 'constant' && warmupSteps <= 1 ? `constant at ${digits(learningRate)}: no warm-up, and schedule is constant` : undefined
}

const withoutThought = ({ thinking }: Settings): string | undefined => (thinking ? undefined : 'no thoughts: thinking is off')

const LEARNING: readonly Curve[] = [
  {
    id: 'reward', section: 'reward', of: 'steps', title: 'Reward', about: 'reward', format: score,
    explain: 'Mean reward of the step’s rollouts; the band is one standard deviation of rollouts to each side. Every step has other queries, so steps are noisy.',
    lines: [{ key: 'mean', name: 'mean', place: 1, smooth: true, value: ({ reward }) => reward.mean }],
    band: { says: 'one standard deviation of rollouts', low: ({ reward }) => reward.mean - reward.std, high: ({ reward }) => reward.mean + reward.std },
  },
  {
    id: 'parts', section: 'reward', of: 'steps', title: 'Parts of the reward', about: 'reward', format: score,
    explain: 'Mean of every part times its weight: together they are the reward. Parts whose weight is 0 are left out.',
    lines: REWARD_PARTS.map(weighted),
  },
  {
    id: 'validation', section: 'reward', of: 'validations', title: 'Validation NDCG@10', about: 'interval', format: score, least: 0, bars: true,
    explain: 'Greedy rewrites of held-out training queries, with a 95 % bootstrap interval over queries. It says nothing about other seeds of the training.',
    lines: [{ key: 'ndcg', name: 'NDCG@10', place: 1, value: ({ metrics }) => metrics['ndcg@10'] }],
    band: { says: '95 % bootstrap interval over queries', low: ({ interval }) => interval.low, high: ({ interval }) => interval.high },
  },
  {
    id: 'heldout', section: 'reward', of: 'validations', title: 'Validation NDCG@100, Recall@10', about: 'ndcg', format: score, least: 0,
    explain: 'The same held-out answers, measured deeper and by recall. No interval is recorded for these two.',
    lines: [
      { key: 'ndcg100', name: 'NDCG@100', place: 1, value: ({ metrics }) => metrics['ndcg@100'] },
      { key: 'recall10', name: 'Recall@10', place: 2, value: ({ metrics }) => metrics['recall@10'] },
    ],
  },
  {
    id: 'heldoutReward', section: 'reward', of: 'validations', title: 'Validation reward', about: 'checkpoint', format: score,
    explain: 'The training reward of the held-out answers. Its highest value chooses the best checkpoint, marked by a triangle; no test query does.',
    lines: [{ key: 'reward', name: 'mean', place: 1, value: ({ reward }) => reward }],
  },
]

const HEALTH: readonly Curve[] = [
  {
    id: 'kl', section: 'policy', of: 'steps', title: 'KL to the start', about: 'kl', format: digits, least: 0,
    explain: 'How far the policy has moved from the one it started from: k3 estimate, mean over tokens, in nats. 0 at first: both are the same.',
    lines: [{ key: 'kl', name: 'k3 estimate', place: 1, smooth: true, value: ({ kl }) => kl }],
    note: ({ klCoefficient }) => (klCoefficient === 0 ? 'not measured: klCoefficient is 0' : undefined),
  },
  {
    id: 'entropy', section: 'policy', of: 'steps', title: 'Entropy', about: 'entropy', format: score, least: 0,
    explain: 'Mean entropy of the next-token distribution, in nats. It falls as the policy makes up its mind; near 0 it no longer explores.',
    lines: [{ key: 'entropy', name: 'mean over tokens', place: 1, smooth: true, value: ({ entropy }) => entropy }],
  },
  {
    id: 'clip', section: 'policy', of: 'steps', title: 'Clip share', about: 'ratio', format: percent, least: 0,
    explain: 'Share of tokens whose ratio to the sampling policy left the clip range, below (advantage < 0) and above (advantage > 0).',
    lines: [
      { key: 'low', name: 'below', place: 2, smooth: true, value: ({ clipLow }) => clipLow },
      { key: 'high', name: 'above', place: 1, smooth: true, value: ({ clipHigh }) => clipHigh },
    ],
    note: ({ iterations }) => (iterations === 1 ? 'on-policy: clip inactive. With one update per batch every ratio is 1.' : undefined),
  },
  {
    id: 'zero', section: 'reward', of: 'steps', title: 'Zero-spread groups', about: 'zeroSpread', format: percent, least: 0, most: 1,
    explain: 'Share of groups whose rollouts all earned the same reward: no advantage, nothing to learn. Good: all solved it; bad: none did.',
    lines: [
      { key: 'share', name: 'all', place: 1, smooth: true, value: ({ zeroSpread }) => zeroSpread.share },
      { key: 'good', name: 'all good', place: 3, smooth: true, value: ({ zeroSpread }) => zeroSpread.allGood },
      { key: 'bad', name: 'all bad', place: 2, smooth: true, value: ({ zeroSpread }) => zeroSpread.allBad },
    ],
  },
  {
    id: 'format', section: 'reward', of: 'steps', title: 'Format rate', about: 'format', format: percent, least: 0, most: 1,
    explain: 'Share of rollouts with the four tags in order and JSON with a query inside.',
    lines: [{ key: 'format', name: 'well-formed', place: 1, smooth: true, value: ({ format }) => format }],
  },
  {
    id: 'length', section: 'reward', of: 'steps', title: 'Completion length', format: count, least: 0,
    explain: 'Tokens of a completion, thought and answer together. Completions that reach maxNewTokens are cut and usually broken.',
    lines: [
      { key: 'mean', name: 'mean', place: 1, smooth: true, value: ({ completionLength }) => completionLength.mean },
      { key: 'max', name: 'longest', place: 2, value: ({ completionLength }) => completionLength.max },
    ],
  },
  {
    id: 'thought', section: 'reward', of: 'steps', title: 'Thought length', about: 'thought', format: digits, least: 0,
    explain: 'Mean words of a thought, none counting 0. Thoughts that earn nothing shrink to a line, or to nothing: the collapse that Rec-R1’s outputs show.',
    lines: [{ key: 'words', name: 'words', place: 1, smooth: true, value: ({ thought }) => thought?.words }],
    note: withoutThought,
  },
  {
    id: 'thoughtShare', section: 'reward', of: 'steps', title: 'Thoughts', about: 'thought', format: percent, least: 0, most: 1,
    explain: 'Share of outputs with a thought at all, and distinct ones among the thoughts of a group: one template for every row is no reasoning.',
    lines: [
      { key: 'share', name: 'with a thought', place: 1, smooth: true, value: ({ thought }) => thought?.share },
      { key: 'distinct', name: 'distinct', place: 3, smooth: true, value: ({ thought }) => thought?.distinct },
    ],
    note: withoutThought,
  },
  {
    id: 'gradient', section: 'policy', of: 'steps', title: 'Gradient norm', about: 'gradNorm', format: digits, least: 0,
    explain: 'Global norm of the gradient before clipping. Spikes mean single rollouts that pull hard.',
    lines: [{ key: 'norm', name: 'before clipping', place: 1, smooth: true, value: ({ gradNorm }) => gradNorm }],
  },
  {
    id: 'rate', section: 'policy', of: 'steps', title: 'Learning rate', format: digits, least: 0,
    explain: 'The step size that the optimiser was given: warm-up, then the schedule. 0 where no rollout could be ranked.',
    lines: [{ key: 'rate', name: 'learning rate', place: 1, value: ({ learningRate }) => learningRate }],
    note: constantRate,
  },
  {
    id: 'gap', section: 'policy', of: 'steps', title: 'Sampler–trainer gap', about: 'gap', format: digits, least: 0,
    explain: 'Largest difference between a sampled token’s log-probability and the trainer’s before an update. One engine does both: it is rounding.',
    lines: [{ key: 'gap', name: 'largest', place: 1, value: ({ logpGap }) => logpGap }],
  },
]

const HACKING: readonly Curve[] = [
  {
    id: 'words', section: 'hacking', of: 'steps', title: 'Words of a query', about: 'hacking', format: digits, least: 0,
    explain: 'Mean length of the well-formed rewrites, in words that weigh in the search.',
    look: 'a steady rise: longer queries match more by chance',
    lines: [{ key: 'words', name: 'mean', place: 1, smooth: true, value: ({ words }) => words }],
  },
  {
    id: 'distinct', section: 'hacking', of: 'steps', title: 'Distinct words', about: 'hacking', format: percent, least: 0, most: 1,
    explain: 'Share of a rewrite’s words that are distinct. Term counts are boosts in BM25, so a policy left alone learns to stutter.',
    look: 'a fall: the same words again and again',
    lines: [{ key: 'distinct', name: 'share', place: 1, smooth: true, value: ({ distinct }) => distinct }],
  },
  {
    id: 'newWords', section: 'hacking', of: 'steps', title: 'New words', about: 'hacking', format: percent, least: 0, most: 1,
    explain: 'Share of a rewrite’s distinct words that do not stand in its query: 0 copies the query, 1 leaves nothing of it.',
    look: 'either end: near 0 it copies, near 1 it has left the question',
    lines: [{ key: 'new', name: 'share', place: 1, smooth: true, value: ({ newWords }) => newWords }],
  },
  {
    id: 'outputs', section: 'hacking', of: 'steps', title: 'Distinct outputs', about: 'hacking', format: percent, least: 0, most: 1,
    explain: 'Distinct rewrites among the well-formed ones of a group, as a share: 1 when every rollout asks something else.',
    look: 'a fall: one answer for all, nothing explored',
    lines: [{ key: 'outputs', name: 'share', place: 1, smooth: true, value: ({ distinctOutputs }) => distinctOutputs }],
  },
]

const PACE: readonly Curve[] = [
  {
    id: 'speed', section: 'pace', of: 'steps', title: 'Tokens per second', format: count, least: 0,
    explain: 'Sampled tokens by sampling time, and completion tokens trained on by update time.',
    lines: [
      { key: 'sampled', name: 'sample', place: 1, smooth: true, value: (step) => perSecond(step.generatedTokens, step.generateMs) },
      { key: 'trained', name: 'train', place: 3, smooth: true, value: (step) => perSecond(step.tokens, step.updateMs) },
    ],
  },
  {
    id: 'seconds', section: 'pace', of: 'steps', title: 'Seconds of a step', format: digits, least: 0,
    explain: 'Where a step’s time goes: sampling, ranking, updating.',
    lines: [
      { key: 'generate', name: 'sample', place: 1, smooth: true, value: ({ generateMs }) => generateMs / 1000 },
      { key: 'rank', name: 'rank', place: 2, smooth: true, value: ({ rankMs }) => rankMs / 1000 },
      { key: 'update', name: 'update', place: 3, smooth: true, value: ({ updateMs }) => updateMs / 1000 },
    ],
  },
  {
    id: 'failed', section: 'pace', of: 'steps', title: 'Failed rankings', format: percent, least: 0,
    explain: 'Share of rollouts whose ranking failed. They are in no reward, part or NDCG of the step.',
    lines: [{ key: 'failed', name: 'of rollouts', place: 1, value: ({ failed }) => failed.share }],
  },
]

const IMITATION: readonly Curve[] = [
  {
    id: 'sftLoss', section: 'sft', of: 'sft', title: 'Supervised loss', about: 'sft', format: score, least: 0,
    explain: 'Mean cross-entropy of the imitated outputs, in nats a token, before the step’s update.',
    lines: [{ key: 'loss', name: 'per token', place: 1, smooth: true, value: ({ loss }) => loss }],
  },
  {
    id: 'sftHeldOut', section: 'sft', of: 'sftValidations', title: 'Held-out loss', about: 'sft', format: score, least: 0,
    explain: 'The same cross-entropy over imitations of validation rows, which are never trained on. Where it rises while the supervised loss falls, texts are learned by heart.',
    lines: [{ key: 'loss', name: 'per token', place: 1, value: ({ loss }) => loss }],
  },
  {
    id: 'sftValidation', section: 'sft', of: 'sftValidations', title: 'Validation NDCG@10', about: 'interval', format: score, least: 0, bars: true,
    explain: 'Greedy outputs for validation rows while the policy imitates, with a 95 % bootstrap interval over rows. Their mean reward chooses the checkpoint that the stage ends with.',
    lines: [{ key: 'ndcg', name: 'NDCG@10', place: 1, value: ({ metrics }) => metrics['ndcg@10'] }],
    band: { says: '95 % bootstrap interval over rows', low: ({ interval }) => interval.low, high: ({ interval }) => interval.high },
  },
  {
    id: 'sftGradient', section: 'sft', of: 'sft', title: 'Gradient norm', about: 'gradNorm', format: digits, least: 0,
    explain: 'Global norm of the gradient before clipping.',
    lines: [{ key: 'norm', name: 'before clipping', place: 1, smooth: true, value: ({ gradNorm }) => gradNorm }],
  },
  {
    id: 'sftRate', section: 'sft', of: 'sft', title: 'Learning rate', format: digits, least: 0,
    explain: 'The step size that the optimiser was given.',
    lines: [{ key: 'rate', name: 'learning rate', place: 1, value: ({ learningRate }) => learningRate }],
  },
  {
    id: 'sftSpeed', section: 'sft', of: 'sft', title: 'Tokens per second', format: count, least: 0,
    explain: 'Tokens that counted in the loss, by the step’s time.',
    lines: [{ key: 'trained', name: 'train', place: 1, smooth: true, value: ({ tokens, ms }) => perSecond(tokens, ms) }],
  },
]

/** Whether a chart counts the steps of imitation. */
export const ofImitation = (track: Track): boolean => track === 'sft' || track === 'sftValidations'

export const CURVES: readonly Curve[] = [...IMITATION, ...LEARNING, ...HEALTH, ...HACKING, ...PACE]

/** The lines of a chart that runs with these settings have. */
export function linesOf(curve: Curve, settings: readonly Settings[]): readonly CurveLine[] {
  return (curve.lines as readonly CurveLine[]).filter(({ shown }) => shown === undefined || settings.some(shown))
}
