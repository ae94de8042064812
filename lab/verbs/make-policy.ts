// `make-policy`: trains the embedded policy anew; the same machine gives the same bytes. Its loss curve is kept beside the generator.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from '../arguments.ts'
import { Exchange, withLab } from '../browser.ts'
import { BadInput } from '../errors.ts'
import { filesIn } from '../folders.ts'
import { ROOT } from '../root.ts'
import { POLICY } from '../sample/policy.ts'
import type { Command } from './command.ts'

function whole(value: string | undefined, name: string, fallback: number): number {
  const number = value === undefined ? fallback : Number(value)
  if (!Number.isInteger(number) || number < 1) throw new BadInput(`make-policy: --${name} is ${value}, but must be a whole number of at least 1`)
  return number
}

export const makePolicy: Command = async (args, terminal) => {
  const steps = whole(text(args, 'steps'), 'steps', POLICY.steps)
  const seed = whole(text(args, 'seed'), 'seed', POLICY.seed)
  const out = text(args, 'out') ?? join(ROOT, 'public/sample/policy')
  mkdirSync(out, { recursive: true })
  const exchange = new Exchange()
  const weights = exchange.accept('model.safetensors', join(out, 'model.safetensors'))
  const model = filesIn(join(ROOT, 'public/sample/policy'), ['config.json', 'tokenizer.json', 'tokenizer_config.json']).map((path) => exchange.offer(path))
  const { loss, seconds } = await withLab({ exchange, ...terminal }, (lab) => lab.run({ verb: 'make-policy', model, steps, seed, weights }))
  const curve = { seed, steps, loss: loss.map((value) => Number(value.toPrecision(6))) }
  writeFileSync(text(args, 'out') === undefined ? join(ROOT, 'lab/sample/policy-loss.json') : join(out, 'policy-loss.json'), `${JSON.stringify(curve)}\n`)
  return { steps, seconds, loss: loss.at(-1) ?? null }
}
