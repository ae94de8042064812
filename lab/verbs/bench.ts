// `bench`: measures by name, in the browser, one after another.
import { Exchange, withLab } from '../browser.ts'
import { BadInput } from '../errors.ts'
import type { Command } from './command.ts'

export const BENCHES = ['matmul', 'search', 'dense'] as const

export const bench: Command = async (args, terminal) => {
  const unknown = args.positionals.find((name) => !(BENCHES as readonly string[]).includes(name))
  if (unknown !== undefined) throw new BadInput(`bench ${JSON.stringify(unknown)} is unknown; give one of ${BENCHES.join(', ')}, or none for all`)
  const names = args.positionals.length > 0 ? args.positionals : BENCHES
  return withLab({ exchange: new Exchange(), ...terminal }, (lab) => lab.run({ verb: 'bench', names }))
}
