// `check-policy` and `generate`: the policy worker against golden cases, and continuing a token list.
import type { GoldenReport, WeightStorage } from '../../src/protocol/policy.ts'
import { WEIGHT_STORAGES } from '../../src/protocol/policy.ts'
import { type Arguments, flag, number, text, tokenIds } from '../arguments.ts'
import { Exchange, withLab } from '../browser.ts'
import { BadInput } from '../errors.ts'
import { filesIn, modelIn } from '../folders.ts'
import type { Command } from './command.ts'

const MAX_SEED = 2 ** 32 - 1
const MAX_NEW_TOKENS = 1_000_000

/** JSON has no infinity: an error that is not finite is printed as the largest number. */
function finite(error: number | null): number {
  return error === null || !Number.isFinite(error) ? Number.MAX_VALUE : error
}

/** How base weights lie on the GPU. */
function storageOf(args: Arguments): WeightStorage {
  const given = text(args, 'weights') ?? 'f32'
  const weights = WEIGHT_STORAGES.find((storage) => storage === given)
  if (weights === undefined) throw new BadInput(`${args.verb}: --weights is ${JSON.stringify(given)}; give ${WEIGHT_STORAGES.join(', ')}`)
  return weights
}

function finiteErrors({ worst, errors }: Pick<GoldenReport, 'worst' | 'errors'>): Pick<GoldenReport, 'worst' | 'errors'> {
  return {
    worst: { name: worst.name, error: finite(worst.error) },
    errors: Object.fromEntries(Object.entries(errors).map(([name, error]) => [name, finite(error)])),
  }
}

export const checkPolicy: Command = async (args, terminal) => {
  const folder = args.positionals[0]!
  const weights = storageOf(args)
  const exchange = new Exchange()
  const model = modelIn(folder)
  const [golden, caseJson] = filesIn(folder, ['golden.safetensors', 'case.json']).map((path) => exchange.offer(path))
  const dump = text(args, 'dump')
  const report = await withLab({ exchange, ...terminal }, async (lab) => {
    await lab.choose(model)
    return lab.run({ verb: 'check-policy', weights, golden: golden!, caseJson: caseJson!, ...(dump === undefined ? {} : { dump: exchange.accept('dump', dump) }) })
  })
  const { ok, tensors, missing, tolerance, golden: rounded } = report
  const result = { ok, tensors, missing, ...finiteErrors(report), ...(rounded && { golden: finiteErrors(rounded) }) }
  if (ok) return result
  const { name, error } = result.worst
  const reason = missing.length > 0 ? `${missing.length} tensors were not computed, ${missing[0]} among them` : `${name} is off by ${error}; at most ${tolerance} is allowed`
  return { ...result, error: `${folder}: ${reason}` }
}

export const generate: Command = async (args, terminal) => {
  const folder = args.positionals[0]!
  const ids = tokenIds(args, 'tokens')
  const weights = storageOf(args)
  if (text(args, 'max') === undefined) throw new BadInput('generate: --max is missing; give the number of new tokens')
  const greedy = flag(args, 'greedy')
  if (greedy && text(args, 'temperature') !== undefined) throw new BadInput('generate: --greedy and --temperature exclude each other; give one of them')
  const sampling = {
    maxNewTokens: number(args, 'max', 0, 1, MAX_NEW_TOKENS, true),
    temperature: greedy ? 0 : number(args, 'temperature', 1, 1e-3, 1e3, false),
    topK: number(args, 'top-k', 0, 0, 1_000_000, true),
    topP: number(args, 'top-p', 1, 1e-6, 1, false),
  }
  const seed = number(args, 'seed', 0, 0, MAX_SEED, true)
  const exchange = new Exchange()
  const model = modelIn(folder)
  return withLab({ exchange, ...terminal }, async (lab) => {
    await lab.choose(model)
    return lab.run({ verb: 'generate', weights, ids, sampling, seed })
  })
}
