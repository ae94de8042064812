// `decoder`: trains a decoder over item ids on histories, and tests it by leaving the last item out and ranking the whole catalogue.
import { join } from 'node:path'
import { number, text, texts } from '../arguments.ts'
import { Exchange, withLab } from '../browser.ts'
import { BadInput, messageOf } from '../errors.ts'
import { fileAt, filesIn } from '../folders.ts'
import { ROOT } from '../root.ts'
import { DECODER_DEFAULTS, decoderOptions, type DecoderOptions } from '../../src/domain/decoder.ts'
import type { Command } from './command.ts'

const SHOP = join(ROOT, 'public', 'sample', 'shop')

/** Options from `name=value` texts. Throws BadInput for a name that is none, and for a value that cannot be. */
export function decoderSettings(pairs: readonly string[], seed: number): DecoderOptions {
  const given: Record<string, number | boolean> = { seed }
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, Math.max(0, at)), pair.slice(at + 1)]
    if (!Object.hasOwn(DECODER_DEFAULTS, name)) throw new BadInput(`decoder: --set ${pair} names no setting of the decoder; give one of ${Object.keys(DECODER_DEFAULTS).join(', ')} as NAME=VALUE`)
    if (name === 'excludeSeen') {
      if (value !== 'true' && value !== 'false') throw new BadInput(`decoder: excludeSeen is ${JSON.stringify(value)}; give true or false`)
      given[name] = value === 'true'
    } else {
      given[name] = value.trim() === '' ? NaN : Number(value)
    }
  }
  try {
    return decoderOptions(given)
  } catch (error) {
    throw new BadInput(messageOf(error), { cause: error })
  }
}

export const decoder: Command = async (args, terminal) => {
  const interactions = texts(args, 'interactions')
  const products = texts(args, 'products')
  if (products.length > 0 && interactions.length === 0) throw new BadInput('decoder: --products came without --interactions; give both, or neither for the embedded sample')
  const options = decoderSettings(texts(args, 'set'), number(args, 'seed', DECODER_DEFAULTS.seed, 0, 2 ** 32 - 1, true))
  const files = interactions.length > 0 ? [...products, ...interactions].map(fileAt) : filesIn(SHOP, ['products.parquet', 'interactions.parquet'])
  const out = text(args, 'out')
  const exchange = new Exchange()
  const values = out === undefined ? undefined : exchange.accept('values.json', out)
  return withLab({ exchange, ...terminal }, async (lab) => {
    await lab.choose(files)
    return lab.run({ verb: 'decoder', options, ...(values === undefined ? {} : { values }) })
  })
}
