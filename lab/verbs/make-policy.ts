// `make-policy`: trains an embedded policy anew; the same machine gives the same bytes. Its loss curve is kept beside the generator.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { text } from '../arguments.ts'
import { Exchange, withLab } from '../browser.ts'
import { BadInput } from '../errors.ts'
import { filesIn } from '../folders.ts'
import { ROOT } from '../root.ts'
import { POLICY } from '../sample/policy.ts'
import { TASKS_POLICY } from '../sample/tasksPolicy.ts'
import { EMBEDDED_POLICIES, isEmbedded } from '../../src/domain/embedded.ts'
import type { Command } from './command.ts'

const SAMPLE = join(ROOT, 'public/sample')
/** What a policy's folder holds beside the weights. */
const PARTS = ['config.json', 'tokenizer.json', 'tokenizer_config.json'] as const
const CURVES = { sample: 'policy-loss.json', 'sample-tasks': 'tasks-policy-loss.json' } as const

function whole(value: string | undefined, name: string, fallback: number): number {
  const number = value === undefined ? fallback : Number(value)
  if (!Number.isInteger(number) || number < 1) throw new BadInput(`make-policy: --${name} is ${value}, but must be a whole number of at least 1`)
  return number
}

export const makePolicy: Command = async (args, terminal) => {
  const which = args.positionals[0] ?? 'sample'
  if (!isEmbedded(which)) throw new BadInput(`make-policy: there is no embedded policy ${JSON.stringify(which)}; give one of ${Object.keys(EMBEDDED_POLICIES).join(', ')}`)
  const defaults = which === 'sample' ? POLICY : TASKS_POLICY
  const steps = whole(text(args, 'steps'), 'steps', defaults.steps)
  const seed = whole(text(args, 'seed'), 'seed', defaults.seed)
  const out = text(args, 'out') ?? join(SAMPLE, EMBEDDED_POLICIES[which])
  mkdirSync(out, { recursive: true })
  const exchange = new Exchange()
  const weights = exchange.accept('model.safetensors', join(out, 'model.safetensors'))
  // the tasks' policy goes on from the first one: it has its words, and copies already
  const model = filesIn(join(SAMPLE, EMBEDDED_POLICIES.sample), [...PARTS, ...(which === 'sample' ? [] : ['model.safetensors'])])
  const { loss, seconds } = await withLab({ exchange, ...terminal }, (lab) => lab.run({
    verb: 'make-policy', which, model: model.map((path) => exchange.offer(path)), steps, seed, weights,
  }))
  if (which !== 'sample') for (const path of filesIn(join(SAMPLE, EMBEDDED_POLICIES.sample), [...PARTS, 'generation_config.json'])) copyFileSync(path, join(out, basename(path)))
  const curve = { seed, steps, loss: loss.map((value) => Number(value.toPrecision(6))) }
  writeFileSync(text(args, 'out') === undefined ? join(ROOT, 'lab/sample', CURVES[which]) : join(out, CURVES[which]), `${JSON.stringify(curve)}\n`)
  return { steps, seconds, loss: loss.at(-1) ?? null }
}
