// SFT and RL: what each stage brings, alone and one after the other, and whether the second needs the first.
import { TABLE_MEASURES } from '../methodsTable.ts'
import type { Experiment, Given, RunResult } from './experiment.ts'
import { runsOf, titleOf, type MethodName } from './methods.ts'
import { averaged, doneOf, meanOf, systemsOf } from './systems.ts'

export const STAGE_METHODS = ['sft', 'rejection', 'rl', 'sft-rl'] as const satisfies readonly MethodName[]

const score = (value: number | undefined): string => (value === undefined || Number.isNaN(value) ? '–' : value.toFixed(3))
const share = (value: number | undefined): string => (value === undefined || Number.isNaN(value) ? '–' : `${Math.round(100 * value)} %`)

const FROM: Readonly<Record<string, string>> = {
  copy: 'copies of the unchanged query', labels: 'labels', file: 'a file of outputs', teacher: 'a frozen model’s answers', rejection: 'its own rewarded answers',
}

/** What was measured that bears on whether RL gains from the imitation before it. */
export function whyNot(given: Given, column: string): readonly string[] {
  const [sft, rl, both] = (['sft', 'rl', 'sft-rl'] as const).map((method) => doneOf(given, column, method)) as [readonly RunResult[], readonly RunResult[], readonly RunResult[]]
  const start = meanOf(rl[0]?.tests.before, 'ndcg@10')
  const after = meanOf(averaged(sft.flatMap(({ tests }) => tests.after ?? [])) ?? averaged(both.flatMap(({ tests }) => tests.before ?? [])), 'ndcg@10')
  if (after === undefined || start === undefined) return []
  const from = given.plan.find((run) => run.column === column && run.settings.stages.includes('sft'))?.settings.sftFrom ?? 'labels'
  const moved = Math.abs(after - start) < 0.005 ? 'left the policy where it was' : after < start ? 'made it worse' : 'made it better'
  const said = [`SFT imitates ${FROM[from] ?? from}, which ${moved}: NDCG@10 ${score(start)} by prompting, ${score(after)} where RL then begins`]
  const [imitated, without] = [both[0]?.first, rl[0]?.first]
  if (imitated !== undefined && without !== undefined) {
    said.push(`in the first RL step ${share(imitated.distinctOutputs)} of a group’s outputs differ after SFT, against ${share(without.distinctOutputs)} without it, `
      + `and ${share(imitated.zeroSpread)} of the groups have nothing to compare, against ${share(without.zeroSpread)}`)
  }
  return said
}

export const sftAndRl: Experiment = {
  name: 'sft-and-rl',
  title: 'SFT and RL',
  from: 'Rec-R1, main tables; RecLLM-R1, its two stages',
  shows: 'Prompting, imitation, reinforcement and both in a row, on the same test rows. Both papers have RL above imitation, and RecLLM-R1 imitates first.',
  how: 'Every method begins with the same policy and has the settings of Train. SFT imitates the file or the frozen model that is chosen there, else the labels; Rejection SFT keeps the policy’s own rewarded answers: the baseline that neither paper runs.',
  heeds: ['seeds'],
  wants: ['stored'],
  plan: (base, { seeds }) => runsOf(STAGE_METHODS, base, seeds),
  layout: (given) => {
    const { facts: { data } } = given
    const systems = systemsOf(given, { column: { key: '', title: data.name }, measure: 'ndcg@10' })
    return {
      tables: [{ title: 'Methods', measures: TABLE_MEASURES, systems, expected: { title: titleOf('sft-rl'), why: whyNot(given, '') } }],
      figures: [], notes: [],
    }
  },
}
