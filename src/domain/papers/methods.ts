// The ways of training that the papers compare, as settings on top of the current data, policy and preset.
import type { Settings } from '../settings.ts'
import type { PlannedRun } from './experiment.ts'

export interface Method {
  readonly title: string
  readonly settings: (base: Settings) => Partial<Settings>
}

/** What the sft stage imitates: what the person has chosen, or the labels, where copies of the query or its own outputs are chosen. */
function teacherOf({ sftFrom }: Settings): Settings['sftFrom'] {
  return sftFrom === 'file' || sftFrom === 'teacher' ? sftFrom : 'labels'
}

/** Prompting needs no run: what a run without an earlier stage starts from is measured before it. */
export const METHODS = {
  'sft': { title: 'SFT', settings: (base) => ({ stages: 'sft', sftFrom: teacherOf(base) }) },
  'rejection': { title: 'Rejection SFT', settings: () => ({ stages: 'sft', sftFrom: 'rejection' }) },
  'rl': { title: 'RL', settings: () => ({ stages: 'grpo' }) },
  'sft-rl': { title: 'SFT → RL', settings: (base) => ({ stages: 'sft,grpo', sftFrom: teacherOf(base) }) },
} as const satisfies Readonly<Record<string, Method>>
export type MethodName = keyof typeof METHODS

export const PROMPTING = 'Prompting'
export const ORIGINAL = 'Original query'

export function titleOf(method: string): string {
  return Object.hasOwn(METHODS, method) ? METHODS[method as MethodName].title : method
}

/** Runs of these methods with every seed, under the settings that a column changes. */
export function runsOf(
  methods: readonly MethodName[], base: Settings, seeds: readonly number[], column = '', changes: Partial<Settings> = {},
): readonly PlannedRun[] {
  return methods.flatMap((method) => seeds.map((seed): PlannedRun => ({
    key: keyOf(column, method, seed), column, method, seed, settings: { ...base, ...changes, ...METHODS[method].settings({ ...base, ...changes }), seed },
  })))
}

export function keyOf(column: string, method: string, seed: number): string {
  return [column, method, `seed ${seed}`].filter((part) => part !== '').join(' · ')
}

/** A planned run in words. */
export function runSaid({ column, method, seed }: Pick<PlannedRun, 'column' | 'method' | 'seed'>): string {
  return [column, titleOf(method), `seed ${seed}`].filter((part) => part !== '').join(' · ')
}
