// The settings table as a person looks through it: by words of names, explanations and groups, and by what is other than the preset.
import { SETTING_GROUPS, SETTINGS, type SettingGroup, type SettingName, type Settings, type SettingSpec } from '../../domain/settings.ts'
import { recommenderSettings } from '../data/recommending.ts'

const GROUP_TITLES: Readonly<Record<SettingGroup, string>> = {
  run: 'Run', recommender: 'Recommender', task: 'Task', sampling: 'Sampling', reward: 'Reward', advantage: 'Advantage', objective: 'Objective',
  optimiser: 'Optimiser', weights: 'Weights', evaluation: 'Evaluation', sft: 'Supervised stage',
}

export interface FoundGroup {
  readonly group: SettingGroup
  readonly title: string
  readonly specs: readonly (SettingSpec & { readonly name: SettingName })[]
}

/** learningRate is found as learningrate, learning and rate alike. */
const spaced = (name: string): string => name.replace(/([a-z\d])([A-Z])/g, '$1 $2')

/** All that a search looks through, by setting. */
const TEXTS: ReadonlyMap<string, string> = new Map(SETTINGS.map((spec) => {
  const choices = spec.kind === 'choice' ? spec.choices.join(' ') : spec.kind === 'text' ? spec.items.join(' ') : ''
  return [spec.name, [spec.name, spaced(spec.name), GROUP_TITLES[spec.group], spec.group, spec.explanation, spec.unit, choices].join('\n').toLowerCase()]
}))

/** Groups with the settings that say every word, in the table's order; `within` keeps to those names. The preset is chosen elsewhere. */
export function findSettings(words: string, within?: readonly SettingName[]): FoundGroup[] {
  const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== '')
  const kept = within && new Set<string>(within)
  const found = SETTINGS.filter(({ name }) => name !== 'preset' && kept?.has(name) !== false && wanted.every((word) => TEXTS.get(name)!.includes(word)))
  return SETTING_GROUPS.flatMap((group) => {
    const specs = found.filter((spec) => spec.group === group)
    return specs.length === 0 ? [] : [{ group, title: GROUP_TITLES[group], specs }]
  })
}

/** What may be given, with its unit. */
export function rangeOf(spec: SettingSpec): string {
  const ends = spec.kind === 'integer' || spec.kind === 'number' ? `${spec.min} to ${spec.max}`.replaceAll('-', '−') : ''
  const range = spec.kind === 'text' ? 'all, or a list' : ends
  return [range, spec.unit].filter((part) => part !== '').join(' ')
}

const OF_GRPO: readonly SettingName[] = [
  'steps', 'promptsPerStep', 'groupSize', 'learningRate', 'schedule', 'temperature', 'topP', 'topK', 'trainK', 'validationEvery',
]

/** Settings that decide nothing as the others stand, each with the one that would make it count. */
export function unusedSettings(settings: Settings): ReadonlyMap<SettingName, string> {
  const { stages, trainable, recommender, iterations, rewardLength, aggregation } = settings
  const used = new Set<SettingName>(recommenderSettings(settings))
  const of = (group: SettingGroup): SettingName[] => SETTINGS.filter((spec) => spec.group === group).map(({ name }) => name)
  const groups: readonly (readonly [names: readonly SettingName[], why: string])[] = [
    [of('recommender').filter((name) => !used.has(name)), `recommender is ${recommender}`],
    [stages.includes('sft') ? [] : of('sft'), `stages is ${stages}`],
    [stages.includes('grpo') ? [] : [...of('advantage'), ...of('objective'), ...of('reward'), ...OF_GRPO], `stages is ${stages}`],
    [trainable === 'full' ? ['loraRank', 'loraAlpha', 'loraTargets', 'baseWeights'] : [], 'trainable is full'],
    [iterations === 1 ? ['clipLow', 'clipHigh', 'importance'] : [], 'iterations is 1: every ratio is 1'],
    [rewardLength === 0 ? ['lengthFree'] : [], 'rewardLength is 0'],
    [aggregation === 'micro_batch_token_mean' ? [] : ['microBatchSequences'], `aggregation is ${aggregation}`],
  ]
  return new Map(groups.flatMap(([names, why]) => names.map((name) => [name, why] as const)))
}

/** What a preset is for, in a few words. */
export const PRESET_WORDS = {
  sample: 'the embedded shop and policy, in minutes', shards: 'your own data, with the embedded policy', 'qwen2.5-0.5b': 'a real model with adapters, for one graphics card',
  'sample-dense': 'search by meaning on the embedded shop', 'sample-history': 'purchase histories of the embedded shop', 'sample-rerank': 'candidates of the embedded shop put in order',
  'sample-names': 'names of products to recommend, on the embedded shop', 'sample-profile': 'profiles for a frozen recommender, on the embedded shop',
  'sample-recllm': 'reasoned lists from a pool, on the embedded shop',
  'rec-r1-dense': 'the published run on dense retrieval', 'rec-r1-c4': 'the published run on Amazon-C4', 'rec-r1-beauty': 'the published run on Amazon Beauty histories',
  'recllm-r1': 'RecLLM-R1: imitation, then reinforcement with a composite reward',
  'rec-r1': 'the published run', 'rec-r1-as-released': 'the published run with what its released code really does',
} as const

/** What is learned. There is one task now; others take their place here. */
export const TASKS = [
  { id: 'product-search', title: 'Product search', words: 'A shopper’s query is rewritten; what the recommender then finds, measured against judged products, is the reward.' },
] as const
