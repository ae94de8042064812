// `bench`: measures by name, in the browser, one after another.
import { basename } from 'node:path'
import { flag, number, text, type Arguments } from '../arguments.ts'
import { Exchange, withLab } from '../browser.ts'
import { WEIGHT_STORAGES, type WeightStorage } from '../../src/protocol/policy.ts'
import { BadInput } from '../errors.ts'
import { benchIngest, ROWS } from '../bench/ingest.ts'
import { benchKeep } from '../bench/keep.ts'
import { benchUnderDawn } from '../dawn/run.ts'
import { modelIn } from '../folders.ts'
import type { Command } from './command.ts'

/** These take minutes or gigabytes of the disk, or a model: they are measured when they are named. */
const NAMED_ONLY: readonly string[] = ['decode', 'step-0.5b', 'soak', 'ingest', 'keep']
export const BENCHES = ['peak', 'matmul', 'train-step', 'generate', 'decode', 'search', 'dense', 'step-0.5b', 'soak', 'ingest', 'keep'] as const
const FEWEST_ROWS = 100
const MOST_CASES = 1000
const SOAK_STEPS = 1000

/** How the weights of step-0.5b lie on the GPU. */
function storageOf(args: Arguments): WeightStorage {
  const given = text(args, 'weights') ?? 'f16'
  const found = WEIGHT_STORAGES.find((storage) => storage === given)
  if (found === undefined) throw new BadInput(`bench: --weights is ${JSON.stringify(given)}; give one of ${WEIGHT_STORAGES.join(', ')}`)
  return found
}

export const bench: Command = async (args, terminal) => {
  const library = text(args, 'dawn')
  if (library !== undefined) return benchUnderDawn(library, args.positionals, terminal)
  const unknown = args.positionals.find((name) => !(BENCHES as readonly string[]).includes(name))
  if (unknown !== undefined) {
    throw new BadInput(`bench ${JSON.stringify(unknown)} is unknown; give one of ${BENCHES.join(', ')}, or none for all but ${NAMED_ONLY.join(' and ')}`)
  }
  const rows = number(args, 'rows', ROWS, FEWEST_ROWS, ROWS, true)
  const limit = number(args, 'limit', MOST_CASES, 1, MOST_CASES, true)
  const folder = text(args, 'model')
  const model = folder === undefined ? undefined : { name: basename(folder), files: modelIn(folder) }
  const weights = storageOf(args)
  const steps = number(args, 'steps', SOAK_STEPS, 100, 1e6, true)
  const names = args.positionals.length > 0 ? args.positionals : BENCHES.filter((name) => !NAMED_ONLY.includes(name))
  return withLab({ exchange: new Exchange(), ...terminal }, async (lab) => {
    const benches: unknown[] = []
    for (const name of names) {
      if (name === 'ingest') benches.push(await benchIngest(lab, rows, terminal.progress))
      else if (name === 'keep') benches.push(await benchKeep(lab, model))
      else {
        if (name === 'generate' && model !== undefined) await lab.choose(model.files)
        benches.push(...(await lab.run({ verb: 'bench', names: [name], limit, weights, steps, short: flag(args, 'short'), ...(model && { model: model.name }) })).benches)
      }
    }
    return { benches }
  })
}
