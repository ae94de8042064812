// `rank`: ranks the products of any shards for a list of queries, and writes a TREC run.
import { rmSync } from 'node:fs'
import { needed, number, text, texts } from '../arguments.ts'
import { Exchange, withLab } from '../browser.ts'
import { BadInput, messageOf } from '../errors.ts'
import { fileAt, textOf } from '../folders.ts'
import { authorisationOf, upstreamOf } from '../searching.ts'
import { settingsFrom } from '../settings.ts'
import type { Command } from './command.ts'

const RUN = 'run.trec'
const DEEPEST = 1_000_000

/** Queries of a file with an id, a tab and a text on each line; a text may hold tabs, and be empty. Throws BadInput. */
export function readQueries(content: string, file: string): { readonly id: string; readonly text: string }[] {
  const queries: { id: string; text: string }[] = []
  const lines = new Map<string, number>()
  for (const [at, line] of content.replace(/^\ufeff/, '').split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    const tab = line.indexOf('\t')
    const id = line.slice(0, Math.max(0, tab)).trim()
    const where = `${file} line ${at + 1}`
    if (id === '') throw new BadInput(`${where} is ${JSON.stringify(line.slice(0, 60))}; give an id, a tab and the query`)
    if (/\s/.test(id)) throw new BadInput(`${where}: id ${JSON.stringify(id)} holds white space, which a TREC run cannot; give ids without`)
    const earlier = lines.get(id)
    if (earlier !== undefined) throw new BadInput(`${where}: id ${JSON.stringify(id)} stands on line ${earlier} too; give every query an id of its own`)
    lines.set(id, at + 1)
    queries.push({ id, text: line.slice(tab + 1) })
  }
  if (queries.length === 0) throw new BadInput(`${file} holds no query; give an id, a tab and a query on each line`)
  return queries
}

export const rank: Command = async (args, terminal) => {
  const products = [...texts(args, 'products'), ...args.positionals].map(fileAt)
  if (products.length === 0) throw new BadInput('rank: --products is missing; give the shards of a catalogue')
  const file = fileAt(needed(args, 'queries'))
  const queries = readQueries(textOf(file), file)
  needed(args, 'k')
  const k = number(args, 'k', 0, 1, DEEPEST, true)
  const out = needed(args, 'out')
  const recommender = text(args, 'recommender')
  const settings = settingsFrom([...texts(args, 'set'), ...(recommender === undefined ? [] : [`recommender=${recommender}`])])
  const upstream = upstreamOf(settings)
  const authorisation = authorisationOf()
  try {
    rmSync(out, { force: true })
  } catch (error) {
    throw new BadInput(`--out ${out} cannot be written: ${messageOf(error)}`, { cause: error })
  }
  const exchange = new Exchange()
  const run = exchange.accept(RUN, out)
  return withLab({ exchange, ...terminal, upstream }, async (lab) => {
    await lab.choose(products)
    return lab.run({ verb: 'rank', settings, locale: text(args, 'locale') ?? 'us', queries, k, run, ...(authorisation === undefined ? {} : { authorisation }) })
  })
}
