// `tasks`: every task on the embedded sample by its own preset, seed by seed, and whether GRPO ends significantly above its own start.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text, texts } from '../arguments.ts'
import { BadInput } from '../errors.ts'
import type { Settings } from '../../src/domain/settings.ts'
import type { Summary } from '../../src/experiment/events.ts'
import type { Command } from './command.ts'
import { train } from './train.ts'

/** What each task is run with. Pseudo-reviews share the compact frame of dense search, so on the sample both are one run: it is left out unless asked for. */
const RUNS: Readonly<Record<Settings['task'], readonly [preset: Settings['preset'], ...set: string[]]>> = {
  'product-search': ['sample'],
  'dense-search': ['sample-dense'],
  'pseudo-review': ['sample-dense', 'task=pseudo-review'],
  sequential: ['sample-history'],
  rerank: ['sample-rerank'],
  'open-set': ['sample-names'],
  augmentation: ['sample-profile'],
  recllm: ['sample-recllm'],
}
const NAMES = Object.keys(RUNS) as Settings['task'][]

/** The bar: a paired randomisation test over the test rows, NDCG@10 after against before. */
const MOST_P = 0.01
const MOST_SECONDS = 300

function tasksOf(given: readonly string[]): readonly Settings['task'][] {
  for (const name of given) if (!Object.hasOwn(RUNS, name)) throw new BadInput(`tasks: --task ${name} is unknown; give some of ${NAMES.join(', ')}`)
  return given.length === 0 ? NAMES.filter((name) => name !== 'pseudo-review') : NAMES.filter((name) => given.includes(name))
}

function seedsOf(given: string): readonly number[] {
  const seeds = given.split(',').map(Number)
  if (seeds.some((seed) => !Number.isInteger(seed) || seed < 0)) throw new BadInput(`tasks: --seeds is ${given}; give whole numbers separated by commas, for example 1,2,3`)
  return seeds
}

export const tasks: Command = async (args, terminal) => {
  const chosen = tasksOf(texts(args, 'task'))
  const seeds = seedsOf(text(args, 'seeds') ?? '1,2,3')
  const kept = text(args, 'out')
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'lab-tasks-'))
  const runs: unknown[] = []
  let holds = true
  try {
    for (const task of chosen) {
      for (const seed of seeds) {
        const [preset, ...set] = RUNS[task]
        const name = `${task}-${seed}`
        terminal.progress(`${name}: preset ${preset}`)
        const given = { preset, set: [`seed=${seed}`, ...set, ...texts(args, 'set')], out: join(folder, name) }
        const { test: { original, before, after }, gain, seconds, steps } = await train({ verb: 'train', positionals: [], values: given }, terminal) as Summary
        const { delta, low, high, p } = gain.before
        const isAbove = delta > 0 && p < MOST_P
        holds &&= isAbove && seconds <= MOST_SECONDS
        runs.push({
          task, seed, preset, original: original['ndcg@10'], before: before['ndcg@10'], after: after['ndcg@10'], delta, low, high, p, format: after.format, seconds, steps, holds: isAbove,
        })
        terminal.progress(JSON.stringify(runs.at(-1)))
      }
    }
  } finally {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true })
  }
  return { measure: 'ndcg@10', bar: { p: MOST_P, seconds: MOST_SECONDS }, runs, holds }
}
