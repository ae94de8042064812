// `check-policy` and `generate`: the policy worker against golden cases, and continuing a token list.
import { flag, number, text, tokenIds } from '../arguments.ts'
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

export const checkPolicy: Command = async (args, terminal) => {
  const folder = args.positionals[0]!
  const weights = text(args, 'weights') ?? 'f32'
  if (weights !== 'f32') throw new BadInput(`check-policy: --weights is ${JSON.stringify(weights)}; only f32 weights are supported so far`)
  const exchange = new Exchange()
  const model = modelIn(folder)
  const [golden, caseJson] = filesIn(folder, ['golden.safetensors', 'case.json']).map((path) => exchange.offer(path))
  const dump = text(args, 'dump')
  const { ok, tensors, missing, worst, errors } = await withLab({ exchange, ...terminal }, async (lab) => {
    await lab.choose(model)
    return lab.run({ verb: 'check-policy', golden: golden!, caseJson: caseJson!, ...(dump === undefined ? {} : { dump: exchange.accept('dump', dump) }) })
  })
  const result = {
    ok, tensors, missing, worst: { name: worst.name, error: finite(worst.error) },
    errors: Object.fromEntries(Object.entries(errors).map(([name, error]) => [name, finite(error)])),
  }
  if (ok) return result
  const reason = missing.length > 0 ? `${missing.length} tensors were not computed, ${missing[0]} among them` : `${worst.name} is off by ${result.worst.error}; at most 1e-4 is allowed`
  return { ...result, error: `${folder}: ${reason}` }
}

export const generate: Command = async (args, terminal) => {
  const folder = args.positionals[0]!
  const ids = tokenIds(args, 'tokens')
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
    return lab.run({ verb: 'generate', ids, sampling, seed })
  })
}
