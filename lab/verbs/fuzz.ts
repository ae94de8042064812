// `fuzz`: seeded hostile files through the product's own ingest worker and store, beside a data set that must outlive them all.
import { join } from 'node:path'
import { number } from '../arguments.ts'
import { Exchange, withLab } from '../browser.ts'
import { ROOT } from '../root.ts'
import { withMemory } from '../memory.ts'
import type { Command } from './command.ts'

const MOST = 100_000
/** Cases that travel to the page together. */
const AT_ONCE = 50
const SHOP = ['products.parquet', 'examples.parquet'].map((name) => join(ROOT, 'public/sample/shop', name))

export const fuzz: Command = async (args, terminal) => {
  const count = number(args, 'count', 1000, 1, MOST, true)
  const seed = number(args, 'seed', 1, 0, 2 ** 31, true)
  const from = number(args, 'from', 0, 0, MOST, true)
  return withLab({ exchange: new Exchange(), ...terminal }, async (lab) => {
    await lab.choose(SHOP)
    const total = { cases: 0, read: 0, refused: 0, failed: [] as string[], slowestMs: 0, slowest: '' }
    const { peakMB } = await withMemory(async () => {
      for (let first = from; first < from + count; first += AT_ONCE) {
        const part = await lab.run({ verb: 'fuzz', seed, first, count: Math.min(AT_ONCE, from + count - first) })
        total.cases += part.cases
        total.read += part.read
        total.refused += part.refused
        total.failed.push(...part.failed)
        if (part.slowestMs > total.slowestMs) [total.slowestMs, total.slowest] = [part.slowestMs, part.slowest]
        terminal.progress(
          `${total.cases} hostile files: ${total.read} read, ${total.refused} refused, ${total.failed.length} wrong; `
          + `the slowest took ${Math.round(total.slowestMs)} ms (${total.slowest})`,
        )
      }
    })
    const [first] = total.failed
    return {
      ...total, seed, peakMB,
      ...(first === undefined ? {} : { error: `${total.failed.length} of ${total.cases} hostile files ended wrongly, the first: ${first}` }),
    }
  })
}
