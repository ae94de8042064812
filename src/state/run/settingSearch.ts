// The settings table as a person looks through it: by words of names, explanations and groups, and by what is other than the preset.
import { PRESETS, type Preset } from '../../domain/config.ts'
import { SETTING_GROUPS, SETTINGS, type SettingGroup, type SettingName, type Settings, type SettingSpec } from '../../domain/settings.ts'
import type { TaskSpec } from '../../domain/tasks/task.ts'
import { taskOf } from '../../domain/tasks/tasks.ts'
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

type Unused = readonly [names: readonly SettingName[], why: string]

/** Parts of the reward that look no further than `rewardK`. */
const BY_DEPTH = ['rewardRecall', 'rewardMrr', 'rewardHit', 'rewardDiversity', 'rewardNovelty', 'rewardCoverage', 'rewardFreshness', 'rewardBusiness'] as const
const OF_HISTORIES: readonly SettingName[] = ['historyLength', 'historySplit', 'historySetting', 'seenItems', 'strongFrom']
const OF_LISTS: readonly SettingName[] = ['listLength', 'rewardDuplicates', 'rewardStrangers', 'rewardWrongLength']

/** Settings that the chosen task does not look at. */
function unusedByTask(settings: Settings): Unused[] {
  const spec = specOf(settings)
  if (spec === undefined) return []
  const why = `task is ${spec.name}`
  const pool = spec.pool?.({ ...settings, candidates: 'random' })
  const asksNobody = spec.answers === 'ids' && settings.candidates !== 'recommender'
  const isList = spec.answers === 'ids' || spec.answers === 'names'
  return [
    [spec.over === 'histories' ? [] : OF_HISTORIES, `${why}: it asks about queries`],
    [spec.over === 'queries' ? [] : ['testDepartments'], `${why}: it asks about histories`],
    [pool === undefined ? ['candidates', 'candidateCount'] : settings.candidates === 'given' ? ['candidateCount'] : [], pool === undefined ? `${why}: nothing is chosen from` : 'candidates is given'],
    [isList ? [] : OF_LISTS, `${why}: the answer is no list`],
    [spec.name === 'augmentation' ? [] : ['augment'], why],
    // a list's rank is its own: what ranks the catalogue is asked for candidates at most
    [asksNobody ? SETTINGS.filter(({ group }) => group === 'recommender').map(({ name }) => name) : [], `${why} and candidates is ${settings.candidates}: no recommender is asked`],
    [spec.answers === 'query' ? [] : ['queryMode', 'lengthFree'], `${why}: the answer is no query`],
    [settings.thinking ? [] : ['thoughtBudget', 'rewardThought'], 'thinking is false'],
  ]
}

function specOf(settings: Settings): TaskSpec | undefined {
  try {
    return taskOf(settings)
  } catch {
    return undefined // a record of a later version; the run says so
  }
}

/** Settings that only a weight of the reward, or another setting, makes count. */
function unusedByWeight(settings: Settings): Unused[] {
  const { thoughtBudget, rewardThought, rewardDiversity, rewardFreshness, rewardBusiness, rewardExpression, rewardLength, sftFrom } = settings
  // a formula may read any part, whatever its weight
  const without = (weight: keyof Settings, names: readonly SettingName[]): Unused => [settings[weight] === 0 && rewardExpression === 0 ? names : [], `${weight} is 0`]
  return [
    [rewardLength === 0 ? ['lengthFree'] : [], 'rewardLength is 0'],
    without('rewardThought', ['thoughtBudget']),
    [thoughtBudget === 0 && rewardThought !== 0 ? ['rewardThought'] : [], 'thoughtBudget is 0: no thought is too long'],
    [rewardDiversity === 0 && rewardExpression === 0 ? ['diversityBy'] : [], 'rewardDiversity is 0'],
    [rewardFreshness === 0 && rewardExpression === 0 ? ['freshnessColumn'] : [], 'rewardFreshness is 0'],
    [rewardBusiness === 0 && rewardExpression === 0 ? ['businessColumn'] : [], 'rewardBusiness is 0'],
    [rewardExpression === 0 ? ['expression'] : [], 'rewardExpression is 0'],
    [BY_DEPTH.every((name) => settings[name] === 0) && rewardExpression === 0 ? ['rewardK'] : [], 'no part with that depth has a weight'],
    [sftFrom === 'rejection' ? [] : ['rejectionSamples', 'rejectionFrom'], `sftFrom is ${sftFrom}`],
  ]
}

/** Settings that decide nothing as the others stand, each with the one that would make it count. */
export function unusedSettings(settings: Settings): ReadonlyMap<SettingName, string> {
  const { stages, trainable, recommender, iterations, aggregation } = settings
  const used = new Set<SettingName>(recommenderSettings(settings))
  const of = (group: SettingGroup): SettingName[] => SETTINGS.filter((spec) => spec.group === group).map(({ name }) => name)
  const trains = stages.includes('grpo') || stages.includes('sft')
  const groups: readonly Unused[] = [
    ...unusedByWeight(settings),
    ...unusedByTask(settings),
    [of('recommender').filter((name) => !used.has(name)), `recommender is ${recommender}`],
    [stages.includes('sft') ? [] : of('sft'), `stages is ${stages}`],
    [stages.includes('grpo') ? [] : [...of('advantage'), ...of('objective'), ...(sftRewards(settings) ? [] : of('reward')), ...OF_GRPO], `stages is ${stages}`],
    [trains ? [] : [...of('optimiser'), 'checkpointEvery', 'checkpointsKept', 'rolloutsKept'], `stages is ${stages}`],
    [trainable === 'full' ? ['loraRank', 'loraAlpha', 'loraTargets', 'baseWeights'] : [], 'trainable is full'],
    [iterations === 1 ? ['clipLow', 'clipHigh', 'importance'] : [], 'iterations is 1: every ratio is 1'],
    [aggregation === 'micro_batch_token_mean' ? [] : ['microBatchSequences'], `aggregation is ${aggregation}`],
  ]
  return new Map(groups.flatMap(([names, why]) => names.map((name) => [name, why] as const)))
}

/** Whether imitation looks at rewards: it keeps what the reward likes, or its best checkpoint is chosen by it. */
function sftRewards({ stages, sftFrom, validationEvery, validationShare }: Settings): boolean {
  return stages.includes('sft') && (sftFrom === 'rejection' || (validationEvery > 0 && validationShare > 0))
}

const PAPERS = {
  shards: 'your own data, with the embedded policy', 'qwen2.5-0.5b': 'a real model with adapters, for one graphics card',
  'rec-r1': 'the published run', 'rec-r1-as-released': 'the published run with what its released code really does',
  'rec-r1-dense': 'the published run on dense retrieval', 'rec-r1-c4': 'the published run on Amazon-C4', 'rec-r1-beauty': 'the published run on Amazon Beauty histories',
  'recllm-r1': 'RecLLM-R1: imitation, then reinforcement with a composite reward',
} as const

/** What a preset is for, in a few words: those of the embedded shop by their task. */
export function presetWords(preset: Preset): string {
  if (preset in PAPERS) return PAPERS[preset as keyof typeof PAPERS]
  const task = PRESETS[preset].task ?? 'product-search'
  return `${specOf({ task } as Settings)?.title ?? task} on the embedded shop, in minutes`
}
