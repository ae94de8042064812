// RecLLM-R1's Table 1: leave-one-out, full ranking, beside a decoder over item ids and popularity in the same harness.
import type { TableMeasure } from '../methodsTable.ts'
import { settingsOf } from '../config.ts'
import type { Settings } from '../settings.ts'
import type { Experiment, PlannedRun } from './experiment.ts'
import { runsOf, titleOf, type MethodName } from './methods.ts'
import { RECLLM_R1, REC_R1_BEAUTY } from './printed.ts'
import { whyNot } from './sftAndRl.ts'
import { systemsOf } from './systems.ts'

const TABLE_1: readonly TableMeasure[] = ['ndcg@10', 'recall@10', 'ndcg@5', 'recall@5']
const STAGES = ['sft', 'rl', 'sft-rl'] as const satisfies readonly MethodName[]
/** Column of the runs whose policy orders a pool. */
export const POOL = 'pool'
/** Column of baselines that were tested on other rows than the policy. */
export const ALL_PEOPLE = 'everyone'
/** Of the embedded shop: people who are tested, drawn; a test of all of them would take longer than the training. */
const SAMPLE_ROWS = 240

const LEAVE_ONE_OUT = { historySplit: 'last-out', historySetting: 'both' } as const satisfies Partial<Settings>

/** The embedded policy has a preset for each task; any other policy takes the page's settings. */
function taskOn(settings: Settings, task: 'sequential' | 'recllm'): Settings {
  const { seed, policy } = settings
  if (!policy.startsWith('sample')) return { ...settings, ...LEAVE_ONE_OUT, task }
  return settingsOf(task === 'sequential' ? 'sample-history' : 'sample-recllm', { ...LEAVE_ONE_OUT, seed, evaluationQueries: SAMPLE_ROWS })
}

export const recllmTable1: Experiment = {
  name: 'recllm-table-1',
  title: 'The next item of a history',
  from: 'RecLLM-R1, Table 1',
  shows: 'The last item of each history from those before it: Recall and NDCG at 5 and 10, of the policy by stage, of a decoder over item ids, and of popularity.',
  how: 'Full ranking: the policy writes what the recommender ranks every item by; the decoder (SASRec’s class, the same engine) and popularity rank every item too. '
    + 'Apart from it, the policy orders a pool that holds the item: RecLLM-R1 does not say how its pool was made, and figures of a pool are never compared with those of a full ranking.',
  heeds: ['seeds'],
  wants: ['baselines', 'stored'],
  on: (settings) => taskOn(settings, 'sequential'),
  fault: (_, { histories, data }) => (histories === 0
    ? `${data.name} holds no histories; add interactions (reviews, ratings, sequences), for example Amazon 2014 Beauty`
    : undefined),
  plan: (base, { seeds }): readonly PlannedRun[] => [...runsOf(STAGES, base, seeds), ...runsOf(STAGES, taskOn(base, 'recllm'), seeds, POOL)],
  layout: (given) => {
    const { facts: { data }, extras } = given
    const original = 'Without a policy'
    const everyone = extras.filter(({ column }) => column === ALL_PEOPLE)
    return {
      tables: [
        {
          title: 'Full ranking', measures: TABLE_1,
          systems: [
            ...systemsOf(given, { column: { key: '', title: data.name }, measure: 'ndcg@10', original }),
            ...everyone.map(({ title, detail, values }) => ({
              role: 'stored' as const, title, detail, values, run: { id: ALL_PEOPLE, name: ALL_PEOPLE }, data: { name: `${data.name}, everyone`, hash: `${data.hash} ${ALL_PEOPLE}` },
            })),
          ],
          expected: { title: titleOf('sft-rl'), why: whyNot(given, '') },
        },
        {
          title: 'From a pool of candidates', measures: TABLE_1,
          systems: systemsOf(given, { column: { key: POOL, title: `${data.name}, from a pool` }, measure: 'ndcg@10', original: 'The pool as it comes' }),
          expected: { title: titleOf('sft-rl'), why: whyNot(given, POOL) },
        },
      ],
      figures: [], notes: [],
    }
  },
  printed: [RECLLM_R1, REC_R1_BEAUTY],
}
