// `forget`: trains the embedded policy by imitation and by reward, each from the same start, and measures by probes what each forgot.
import { basename, join } from 'node:path'
import { number, texts } from '../arguments.ts'
import { Exchange, withLab } from '../browser.ts'
import { BadInput, messageOf } from '../errors.ts'
import { fileAt, filesIn, modelIn, textOf } from '../folders.ts'
import { ROOT } from '../root.ts'
import { bestWording, makeShop, SHOP_SEED } from '../sample/shop.ts'
import { settingsFrom } from '../settings.ts'
import { SAMPLE_SHARDS } from '../../src/domain/embedded.ts'
import { parseProbes, verdictOf, type Probe } from '../../src/domain/forgetting.ts'
import type { Imitation } from '../../src/domain/imitation.ts'
import type { Command } from './command.ts'

const SAMPLE = join(ROOT, 'public', 'sample')
const FULL_TEXT = 'SFT, full text'
const RL = 'RL'

/** Methods by what they change of the sample's settings. What is measured is where training ends: chosen by validation, imitation that hurts would count as none. */
const METHODS: Readonly<Record<string, readonly string[]>> = {
  [FULL_TEXT]: ['stages=sft', 'sftFrom=teacher', 'sftFullText=true', 'validationEvery=0'],
  'SFT, completions': ['stages=sft', 'sftFrom=teacher', 'sftFullText=false', 'validationEvery=0'],
  [RL]: ['stages=grpo', 'validationEvery=0'],
}

/** A teacher who knows the shop: says each training query as its catalogue does, in a thought of its own, as the papers' teacher does. */
export function shopTeacher(): Imitation[] {
  const shop = makeShop(SHOP_SEED)
  return shop.queries.filter(({ split }) => split === 'train').map((query) => ({ query: query.text, answer: ` ${bestWording(shop, query)}`, thought: 'as the shop says' }))
}

/** Probes of JSONL files, each with an id of its own. Throws BadInput. */
export function probesIn(paths: readonly string[]): Probe[] {
  try {
    const files = paths.map((path) => parseProbes(textOf(path), basename(path)))
    const all = files.flat()
    const twice = all.find(({ id }, i) => all.findIndex((other) => other.id === id) < i)
    if (twice !== undefined) throw new Error(`probe ${JSON.stringify(twice.id)} stands in two of ${paths.map((path) => basename(path)).join(', ')}; give every probe an id of its own`)
    return all
  } catch (error) {
    throw error instanceof BadInput ? error : new BadInput(messageOf(error), { cause: error })
  }
}

export const forget: Command = async (args, terminal) => {
  const seed = number(args, 'seed', 1, 0, 2 ** 32 - 1, true)
  const given = texts(args, 'probes').map(fileAt)
  const probes = probesIn(given.length > 0 ? given : filesIn(SAMPLE, ['probes.jsonl']))
  const methods = Object.entries(METHODS).map(([method, changes]) => ({ method, settings: settingsFrom([...changes, `seed=${seed}`, ...texts(args, 'set')]) }))
  const shards = filesIn(join(SAMPLE, 'shop'), SAMPLE_SHARDS)
  const exchange = new Exchange()
  const report = await withLab({ exchange, ...terminal }, async (lab) => {
    await lab.choose(modelIn(join(SAMPLE, 'policy')))
    return lab.run({ verb: 'forget', shards: shards.map((path) => exchange.offer(path)), probes, methods, imitate: shopTeacher(), seed })
  })
  const pair = report.pairs.find(({ first, second }) => first === FULL_TEXT && second === RL)
  return { seed, probes: probes.length, ...(pair === undefined ? {} : { verdict: verdictOf(pair) }), ...report }
}
