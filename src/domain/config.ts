// Settings in use: defaults, presets, text to settings and back. The table itself is settings.ts.
import { freeFault } from './freeText.ts'
import { SETTINGS, type SettingName, type Settings, type SettingSpec } from './settings.ts'

export type Preset = Settings['preset']
export type SettingValue = string | number | boolean
type Values = Record<string, SettingValue>

const specs: ReadonlyMap<string, SettingSpec> = new Map(SETTINGS.map((spec) => [spec.name, spec]))

const DEFAULTS: Values = Object.fromEntries(SETTINGS.map((spec) => [spec.name, spec.default]))

/** The published ESCI run: verl scripts of the repository, Qwen2.5-3B-Instruct, BM25, the checkpoint of step 1400. */
const REC_R1 = {
  steps: 1400, promptsPerStep: 32, groupSize: 12, template: 'rec-r1', temperature: 0.6, maxNewTokens: 512, trainK: 1000,
  rewardRepetition: 0, advantageEpsilon: 1e-6, aggregation: 'grpo', klCoefficient: 0.001, learningRate: 1e-6, warmupSteps: 0, beta2: 0.999,
  weightDecay: 0.01, sftSteps: 562, sftLearningRate: 2e-5, recommender: 'lucene',
} as const satisfies Partial<Settings>

/**
 * scripts/train/dense of the repository on ESCI: BLaIR-base over first tokens, 1000 deep, 20 epochs of 140 steps; no checkpoint is named. As
 * committed its reward swallows a TypeError and is never above 0; here it is NDCG, as the paper says.
 */
const REC_R1_DENSE = {
  ...REC_R1, task: 'dense-search', recommender: 'dense', encoder: 'hyp1231/blair-roberta-base', pooling: 'cls', steps: 2800,
  validationEvery: 20, checkpointEvery: 200,
} as const satisfies Partial<Settings>

/**
 * The same on Amazon-C4: BLaIR-large, 3000 deep, the checkpoint of step 800; four departments are the test, and 1000 queries of the 19,501 others
 * choose the checkpoint.
 */
const REC_R1_C4 = {
  ...REC_R1_DENSE, task: 'pseudo-review', encoder: 'hyp1231/blair-roberta-large', trainK: 3000, steps: 800,
  testDepartments: 'Video_Games,Baby_Products,Office_Products,Sports_and_Outdoors', validationShare: 0.0513,
} as const satisfies Partial<Settings>

/** train_rec-amazon_review_3b: the last ten titles, BM25 5000 deep in training and 50 in validation, the checkpoint of step 1000; seen items stay. */
const REC_R1_BEAUTY = {
  ...REC_R1, task: 'sequential', historyLength: 10, historySplit: 'auto', seenItems: 'kept', trainK: 5000, evalK: 50, steps: 1000,
  checkpointEvery: 100,
} as const satisfies Partial<Settings>

/**
 * RecLLM-R1 as far as its paper says: SFT as a cold start, then GRPO with 12 rollouts, a step size of 1e-4, loss averaged by completion, no clipping;
 * the order of the list is the reward (position-weighted LCS), with penalties for recurrent errors. Not printed there, and ours: steps, batch,
 * temperature, the KL weight (Rec-R1's), lengths, the size of the pool, and all weights of the reward but that of the order. Its policy is
 * DeepSeek-R1-Distill-Qwen-1.5B.
 */
const RECLLM_R1 = {
  ...REC_R1, task: 'recllm', stages: 'sft,grpo', sftFrom: 'labels', steps: 400, temperature: 1, groupSize: 12, learningRate: 1e-4,
  clipLow: 1, clipHigh: 10,  historyLength: 50, candidates: 'random', candidateCount: 40, listLength: 10, trainK: 10, evalK: 10,
  rewardNdcg: 0, rewardLcs: 1, rewardMalformed: -1, rewardDuplicates: -0.5, rewardStrangers: -0.5, rewardWrongLength: -0.25,
} as const satisfies Partial<Settings>

/**
 * The published run with the smallest Qwen2.5 and adapters, in batches for one graphics card: rank 16 on every linear layer. Ten times the
 * step size of whole weights, and alpha 32: Schulman et al. 2025, LoRA Without Regret; eight rollouts a query: TRL's GRPOConfig.
 */
const QWEN = {
  ...REC_R1, policy: 'Qwen/Qwen2.5-0.5B-Instruct', trainable: 'lora', loraRank: 16, loraAlpha: 32, baseWeights: 'f16',
  learningRate: 1e-5, weightDecay: 0, steps: 200, promptsPerStep: 4, groupSize: 8, maxNewTokens: 192, evaluationBatch: 16,
  evaluationQueries: 64, validationEvery: 20,
} as const satisfies Partial<Settings>

/** The embedded shop's search, calibrated on its policy. */
const SAMPLE = { steps: 120, learningRate: 8e-4, warmupSteps: 10, schedule: 'linear', rewardRepetition: -0.5 } as const satisfies Partial<Settings>

/** The other tasks on the embedded shop: prompts are longer, so steps are fewer; what pays is a way of going about it, which a few dozen steps find. */
const SAMPLE_TASKS = { ...SAMPLE, policy: 'sample-tasks', steps: 50, warmupSteps: 5, historyLength: 3, evaluationQueries: 240 } as const satisfies Partial<Settings>

/** What each preset changes against the table's defaults. */
export const PRESETS: Readonly<Record<Preset, Partial<Settings>>> = {
  sample: SAMPLE,
  // the embedded encoder has seen the training queries: a validation among them would choose the start
  'sample-dense': { ...SAMPLE, task: 'dense-search', recommender: 'dense', steps: 50, warmupSteps: 5, validationEvery: 0, evaluationQueries: 240 },
  'sample-history': { ...SAMPLE_TASKS, task: 'sequential', maxNewTokens: 32 },
  'sample-rerank': { ...SAMPLE_TASKS, task: 'rerank', candidates: 'random', candidateCount: 6, listLength: 3, maxNewTokens: 28, rewardRepetition: 0 },
  'sample-names': { ...SAMPLE_TASKS, task: 'open-set', listLength: 3, maxNewTokens: 56, rewardRepetition: 0 },
  'sample-profile': { ...SAMPLE_TASKS, task: 'augmentation', maxNewTokens: 40 },
  'sample-recllm': { ...SAMPLE_TASKS, task: 'recllm', candidates: 'random', candidateCount: 4, listLength: 2, historyLength: 2, steps: 40, maxNewTokens: 28, rewardRepetition: 0 },
  'rec-r1-dense': REC_R1_DENSE,
  'rec-r1-c4': REC_R1_C4,
  'rec-r1-beauty': REC_R1_BEAUTY,
  'recllm-r1': RECLLM_R1,
  // more queries a step and smaller ones: real queries differ more, and a good copier has more to lose
  shards: { steps: 60, promptsPerStep: 32, learningRate: 4e-4, klCoefficient: 0, warmupSteps: 10, schedule: 'linear', rewardRepetition: -0.5 },
  'qwen2.5-0.5b': QWEN,
  'rec-r1': REC_R1,
  'rec-r1-as-released': {
    ...REC_R1,
    // the scripts' top-p, which log-probabilities ignore, and verl's own default entropy bonus
    topP: 0.95, entropyCoefficient: 0.001,
    // the loss subtracts the KL term, so that minimising it rewards leaving the reference
    klCoefficient: -0.001,
    // token mean within each micro-batch of 2 prompts / 2 GPUs × 12 rollouts, micro-batches of unequal length weighing the same
    aggregation: 'micro_batch_token_mean', microBatchSequences: 12,
    // gradients are divided by 64 micro-batches although 16 exist: a quarter of the mean meets the threshold of 1
    maxGradNorm: 4,
    duplicateTargets: 'keep', mode: 'as-released', sftFullText: true,
  },
}

/** The settings of a preset; `changes` go on top and are checked like text from outside. */
export function settingsOf(preset: Preset = 'sample', changes: Partial<Settings> = {}): Settings {
  const values: Values = { ...DEFAULTS, ...(PRESETS[preset] as Values), ...(changes as Values), preset }
  for (const [name, value] of Object.entries(values)) checkValue(settingNamed(name), value)
  return values as unknown as Settings
}

/**
 * Settings from `name=value` texts on top of `base`. `preset=…` is applied first wherever it stands, and replaces `base`;
 * of two values for one name the later stands. Errors name the setting, what was given, what is allowed and the remedy.
 */
export function parseSettings(pairs: readonly string[], base: Settings = settingsOf()): Settings {
  const given = pairs.map(splitPair)
  const preset = given.findLast(([name]) => name === 'preset')
  const start = preset === undefined ? base : settingsOf(parseValue(settingNamed('preset'), preset[1]) as Preset)
  const values: Values = { ...start }
  for (const [name, text] of given) values[name] = parseValue(settingNamed(name), text)
  return values as unknown as Settings
}

/** The names on which settings differ from their preset, in the table's order. */
export function differences(settings: Settings): SettingName[] {
  const preset = settingsOf(settings.preset)
  return SETTINGS.map((spec) => spec.name).filter((name) => settings[name] !== preset[name])
}

/** Settings as a URL's hash without `#`: the preset, and what differs from it. */
export function settingsToHash(settings: Settings): string {
  const pairs = new URLSearchParams([['preset', settings.preset]])
  for (const name of differences(settings)) pairs.set(name, String(settings[name]))
  return pairs.toString()
}

/** Settings from a URL's hash, with or without `#`; the empty hash is the sample. Errors as parseSettings has them. */
export function settingsFromHash(hash: string): Settings {
  const pairs = new URLSearchParams(hash.replace(/^#/, ''))
  return parseSettings([...pairs].map(([name, value]) => `${name}=${value}`))
}

/** The settings as the run's record holds them: every one, in the table's order. */
export function settingsRecord(settings: Settings): Readonly<Record<SettingName, SettingValue>> {
  return Object.fromEntries(SETTINGS.map((spec) => [spec.name, settings[spec.name]])) as Record<SettingName, SettingValue>
}

/** One changed value, checked: what a form calls. Changing the preset starts again from that preset. */
export function changeSetting(settings: Settings, name: SettingName, text: string): Settings {
  return parseSettings([`${name}=${text}`], settings)
}

/** The value that `text` stands for; an Error says what is wrong with it and what would be right. */
function parseValue(spec: SettingSpec, text: string): SettingValue {
  const value = spec.kind === 'integer' || spec.kind === 'number' ? parseNumber(text)
    : spec.kind === 'boolean' && /^\s*(true|false)\s*$/.test(text) ? text.trim() === 'true'
    : spec.kind === 'free' && spec.form === 'any' ? text
    : text.trim()
  checkValue(spec, value, text)
  return value
}

/** Which linear layers a `loraTargets` text names, in the table's order. */
export function listItems(text: string, items: readonly string[]): string[] {
  const wanted = text.split(',').map((item) => item.trim())
  return text.trim() === 'all' ? [...items] : items.filter((item) => wanted.includes(item))
}

function splitPair(pair: string): [name: string, text: string] {
  const at = pair.indexOf('=')
  if (at < 1) throw new Error(`setting "${pair}" is not of the form name=value; write for example steps=20`)
  return [settingNamed(pair.slice(0, at).trim()).name, pair.slice(at + 1)]
}

function settingNamed(name: string): SettingSpec {
  const spec = specs.get(name)
  if (spec !== undefined) return spec
  const similar = [...specs.keys()].filter((known) => editDistance(known.toLowerCase(), name.toLowerCase()) <= Math.max(2, known.length / 3))
  const hint = similar.length > 0 ? `did you mean ${similar.join(' or ')}?` : `the settings are ${[...specs.keys()].join(', ')}`
  throw new Error(`setting ${name} does not exist; ${hint}`)
}

/** NaN for anything but one plain decimal number, the empty text included. */
function parseNumber(text: string): number {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN
}

function checkValue(spec: SettingSpec, value: SettingValue, given = String(value)): void {
  // what was given is repeated but for a password in an address
  const said = given.replace(/\/\/[^/@]*@/, '//…@')
  const example = spec.kind === 'free' ? spec.example : spec.default
  const wrong = (allowed: string): Error => new Error(`setting ${spec.name} is "${said}"; ${allowed}, for example ${spec.name}=${example}`)
  if (spec.kind === 'integer' || spec.kind === 'number') {
    const whole = spec.kind === 'integer' ? 'a whole number' : 'a number'
    const right = typeof value === 'number' && value >= spec.min && value <= spec.max && (spec.kind === 'number' || Number.isInteger(value))
    if (!right) throw wrong(`give ${whole} from ${spec.min} to ${spec.max}${spec.unit === '' ? '' : ` (${spec.unit})`}`)
  } else if (spec.kind === 'boolean') {
    if (typeof value !== 'boolean') throw wrong('give true or false')
  } else if (spec.kind === 'choice') {
    if (!spec.choices.includes(String(value))) throw wrong(`give ${spec.choices.length > 1 ? 'one of ' : ''}${spec.choices.join(' | ')}`)
  } else if (spec.kind === 'text') {
    const items = String(value).split(',').map((item) => item.trim())
    const known = items.length === new Set(items).size && items.every((item) => spec.items.includes(item))
    if (value !== 'all' && !known) throw wrong(`give all, or some of ${spec.items.join(',')} separated by commas, each once`)
  } else if (spec.kind === 'free') {
    const fault = freeFault(spec.form, String(value))
    if (fault !== undefined) throw wrong(fault)
  }
}

/** Levenshtein distance: how far a misspelt name is from a known one. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]!
}
