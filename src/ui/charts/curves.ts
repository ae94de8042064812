// The charts of a run as a table: which numbers, how they are written, and what a reader should make of them.
import type { Evaluation, GrpoStep } from '../../state/run.ts'
import { count, digits, percent, score } from '../parts/format.ts'
import type { Row } from './series.ts'

/** What the charts are drawn from. */
export interface CurveSource {
  readonly steps: readonly GrpoStep[]
  readonly validations: readonly Evaluation[]
  readonly iterations: number
  readonly klCoefficient: number
}

export interface CurveLine {
  readonly key: string
  readonly name: string
  /** 1, 2 or 3: the series colour */
  readonly colour: 1 | 2 | 3
  readonly smooth?: boolean
}

export interface Curve {
  readonly id: string
  readonly title: string
  readonly explain: string
  readonly lines: readonly CurveLine[]
  /** keys of the lower and upper edge of a band */
  readonly band?: readonly [low: string, high: string]
  readonly format: (value: number | undefined) => string
  /** fixed ends of the y axis; open where undefined */
  readonly range?: readonly [low: number | undefined, high: number | undefined]
  readonly rows: (source: CurveSource) => Row[]
  /** said in place of a line that is flat by construction */
  readonly note?: (source: CurveSource) => string | undefined
}

const perStep = (values: (step: GrpoStep) => Record<string, number>) => ({ steps }: CurveSource): Row[] =>
  steps.map((step) => ({ step: step.step, ...values(step) }))

const perSecond = (tokens: number, ms: number): number => (ms > 0 ? (tokens * 1000) / ms : Number.NaN)

export const CURVES: readonly Curve[] = [
  {
    id: 'reward', title: 'Reward', format: score, lines: [{ key: 'mean', name: 'mean', colour: 1, smooth: true }], band: ['low', 'high'],
    explain: 'Mean reward of the step’s rollouts; the band is one standard deviation to each side. Every step has other queries, so steps are noisy.',
    rows: perStep(({ reward }) => ({ mean: reward.mean, low: reward.mean - reward.std, high: reward.mean + reward.std })),
  },
  {
    id: 'validation', title: 'Validation NDCG@10', format: score, range: [0, undefined],
    lines: [{ key: 'ndcg', name: 'NDCG@10', colour: 1 }], band: ['low', 'high'],
    explain: 'Greedy rewrites of held-out training queries, with a 95 % bootstrap interval. Their reward chooses the checkpoint; no test query does.',
    rows: ({ validations }) => validations.map(({ step, metrics, interval: { low, high } }) => ({ step, ndcg: metrics['ndcg@10'], low, high })),
  },
  {
    id: 'format', title: 'Format rate', format: percent, lines: [{ key: 'format', name: 'well-formed', colour: 1, smooth: true }], range: [0, 1],
    explain: 'Share of rollouts with the four tags in order and JSON with a query inside the answer.',
    rows: perStep(({ format }) => ({ format })),
  },
  {
    id: 'kl', title: 'KL to the start', format: digits, lines: [{ key: 'kl', name: 'k3 estimate', colour: 1, smooth: true }], range: [0, undefined],
    explain: 'How far the policy has moved from the one it started from: k3 estimate, mean over tokens, in nats. 0 at first: both are the same.',
    rows: perStep(({ kl }) => ({ kl })),
    note: ({ klCoefficient }) => (klCoefficient === 0 ? 'not measured: klCoefficient is 0' : undefined),
  },
  {
    id: 'entropy', title: 'Entropy', format: score, range: [0, undefined],
    lines: [{ key: 'entropy', name: 'mean over tokens', colour: 1, smooth: true }],
    explain: 'Mean entropy of the next-token distribution, in nats. It falls as the policy makes up its mind; near 0 it no longer explores.',
    rows: perStep(({ entropy }) => ({ entropy })),
  },
  {
    id: 'length', title: 'Completion length', format: count, range: [0, undefined],
    lines: [{ key: 'mean', name: 'mean', colour: 1, smooth: true }, { key: 'max', name: 'longest', colour: 2 }],
    explain: 'Tokens of a completion, thought and answer together. Completions that reach maxNewTokens are cut and usually broken.',
    rows: perStep(({ completionLength }) => ({ mean: completionLength.mean, max: completionLength.max })),
  },
  {
    id: 'distinct', title: 'Distinct words', format: percent, lines: [{ key: 'distinct', name: 'share', colour: 1, smooth: true }], range: [0, 1],
    explain: 'Share of a rewrite’s words that are distinct. Term counts are boosts in BM25, so a policy left alone learns to stutter.',
    rows: perStep(({ distinct }) => ({ distinct })),
  },
  {
    id: 'gradient', title: 'Gradient norm', format: digits, range: [0, undefined],
    lines: [{ key: 'norm', name: 'before clipping', colour: 1, smooth: true }],
    explain: 'Global norm of the gradient before clipping. Spikes mean single rollouts that pull hard.',
    rows: perStep(({ gradNorm }) => ({ norm: gradNorm })),
  },
  {
    id: 'zero', title: 'Zero-spread groups', format: percent, range: [0, 1],
    lines: [{ key: 'share', name: 'all', colour: 1 }, { key: 'good', name: 'good', colour: 3 }, { key: 'bad', name: 'bad', colour: 2 }],
    explain: 'Share of groups whose rollouts all earned the same reward: no advantage, nothing to learn. Good: all solved it; bad: none did.',
    rows: perStep(({ zeroSpread }) => ({ share: zeroSpread.share, good: zeroSpread.allGood, bad: zeroSpread.allBad })),
  },
  {
    id: 'gap', title: 'Sampler–trainer gap', format: digits, lines: [{ key: 'gap', name: 'largest', colour: 1 }], range: [0, undefined],
    explain: 'Largest difference between a sampled token’s log-probability and the trainer’s before an update. One engine does both: it is rounding.',
    rows: perStep(({ logpGap }) => ({ gap: logpGap })),
  },
  {
    id: 'speed', title: 'Tokens per second', format: count, range: [0, undefined],
    lines: [{ key: 'sampled', name: 'sample', colour: 1, smooth: true }, { key: 'trained', name: 'train', colour: 3, smooth: true }],
    explain: 'Sampled tokens by sampling time, and completion tokens trained on by update time.',
    rows: perStep((step) => ({ sampled: perSecond(step.generatedTokens, step.generateMs), trained: perSecond(step.tokens, step.updateMs) })),
  },
  {
    id: 'clip', title: 'Clip share', format: percent, range: [0, undefined],
    lines: [{ key: 'low', name: 'below', colour: 2 }, { key: 'high', name: 'above', colour: 1 }],
    explain: 'Share of tokens whose ratio to the sampling policy left the clip range, below (advantage < 0) and above (advantage > 0).',
    rows: perStep(({ clipLow, clipHigh }) => ({ low: clipLow, high: clipHigh })),
    note: ({ iterations }) => (iterations === 1 ? 'on-policy: clip inactive. With one update per batch every ratio is 1.' : undefined),
  },
]
