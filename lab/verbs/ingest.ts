// `ingest`: reads shards of any kind, a whole data set or a part of one, and says what they hold.
import { text } from '../arguments.ts'
import { Exchange, withLab } from '../browser.ts'
import { BadInput } from '../errors.ts'
import { fileAt } from '../folders.ts'
import { withMemory } from '../memory.ts'
import type { EsciFilter } from '../../src/protocol/ingest.ts'
import type { Command } from './command.ts'

export const ingest: Command = async (args, terminal) => {
  const paths = args.positionals.map(fileAt)
  const filter: EsciFilter = {
    locale: text(args, 'locale') ?? 'us', version: oneOf('version', ['all', 'small', 'large']), split: oneOf('split', ['all', 'train', 'test']),
    labels: oneOf('labels', ['all', 'exact']),
  }
  return withLab({ exchange: new Exchange(), ...terminal }, async (lab) => {
    await lab.choose(paths)
    const { value, peakMB } = await withMemory(() => lab.run({ verb: 'ingest', filter }))
    return { ...value, peakMB }
  })

  function oneOf<T extends string>(name: string, known: readonly [T, ...T[]]): T {
    const given = text(args, name)
    const found = given === undefined ? known[0] : known.find((word) => word === given)
    if (found === undefined) throw new BadInput(`ingest: --${name} is ${JSON.stringify(given)}; give one of ${known.join(', ')}`)
    return found
  }
}
