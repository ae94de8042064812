// RecLLM-R1's Table 1: leave-one-out, full ranking, beside a decoder over item ids and popularity in the same harness.
import type { TableMeasure } from '../methodsTable.ts'
import { settingsOf } from '../config.ts'
import type { Settings } from '../settings.ts'
import type { Experiment } from './experiment.ts'
import { runsOf, titleOf } from './methods.ts'
import { RECLLM_R1, REC_R1_BEAUTY } from './printed.ts'
import { systemsOf } from './systems.ts'
import { whyNot } from './sftAndRl.ts'

export const TABLE_1: readonly TableMeasure[] = ['ndcg@10', 'recall@10', 'ndcg@5', 'recall@5']
const OVER_HISTORIES: ReadonlySet<Settings['task']> = new Set(['sequential', 'recllm', 'augmentation'])

/** The page's settings where their task is about histories; else RecLLM-R1's, of the embedded shop's preset under the embedded policies. */
export function onHistories(settings: Settings): Settings {
  const { seed, policy } = settings
  if (OVER_HISTORIES.has(settings.task)) return settings
  if (policy.startsWith('sample')) return settingsOf('sample-recllm', { seed })
  return { ...settings, task: 'recllm' }
}

export const recllmTable1: Experiment = {
  name: 'recllm-table-1',
  title: 'Recommendation from histories',
  from: 'RecLLM-R1, Table 1',
  shows: 'The last item of each history from those before it: Recall and NDCG at 5 and 10, of the policy by stage, of a decoder over item ids, and of popularity.',
  how: 'The decoder (SASRec’s class) is trained by the same engine and ranks every item, as popularity does. The policy’s task recllm orders a pool of candidates (how RecLLM-R1 made its pool is not stated); '
    + 'set task to sequential for the full ranking by the recommender.',
  heeds: ['seeds'],
  wants: ['baselines', 'stored'],
  on: onHistories,
  fault: (_, { histories, data }) => (histories === 0
    ? `${data.name} holds no histories; add interactions (reviews, ratings, sequences), for example Amazon 2014 Beauty`
    : undefined),
  plan: (base, { seeds }) => runsOf(['sft', 'rl', 'sft-rl'], base, seeds),
  layout: (given) => ({
    tables: [{
      title: 'Leave one out', measures: TABLE_1,
      systems: systemsOf(given, { column: { key: '', title: given.facts.data.name }, measure: 'ndcg@10', original: 'Without a policy' }),
      expected: { title: titleOf('sft-rl'), why: whyNot(given, '') },
    }],
    figures: [], notes: [],
  }),
  printed: [RECLLM_R1, REC_R1_BEAUTY],
}
