// A release of ESCI's real size for `bench ingest`: invented words, the real sample's lengths, three locales, several row groups, snappy.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import { Stream } from '../../src/domain/random.ts'
import { ROOT } from '../root.ts'

/** Numbers measured on the published sample, and nothing of its texts: the share of absent cells, and 41 quantiles of words in a cell. */
interface Lengths {
  readonly absent: number
  /** mean letters of a word */
  readonly letters: number
  readonly words: readonly number[]
}

const FIELDS = ['product_title', 'product_description', 'product_bullet_point', 'product_brand', 'product_color'] as const
const LENGTHS = JSON.parse(readFileSync(new URL('./esci-lengths.json', import.meta.url), 'utf8')) as Record<(typeof FIELDS)[number], Lengths>

/** Product rows of the published release: 1,815,216 in all, of which these shares by locale. */
const LOCALES: readonly (readonly [locale: string, share: number])[] = [
  ['us', 1_200_000 / 1_800_000], ['jp', 340_000 / 1_800_000], ['es', 260_000 / 1_800_000],
]
const GROUP = 100_000
const QUERIES = 20_000
const JUDGED = 5
/** Words, and how many of them stand in a row to take texts from. */
const VOCABULARY = 400_000
const POOL = 4_000_000
const SEED = 7
/** Changes with what is written, so that no old file is taken for it. */
const VERSION = 1
const CACHE = join(ROOT, 'node_modules', '.cache', 'bench-ingest')

export interface Release {
  readonly products: string
  readonly examples: string
  readonly rows: number
  /** rows of locale us */
  readonly us: number
}

/** The release with `rows` product rows, written once and kept; others are removed, for they are large. */
export async function releaseOf(rows: number, progress: (line: string) => void): Promise<Release> {
  const folder = join(CACHE, `${rows}-${VERSION}`)
  const release = (us: number): Release => ({ products: join(folder, 'products.parquet'), examples: join(folder, 'examples.parquet'), rows, us })
  const plan = localesOf(rows)
  const us = plan.filter((locale) => locale === 0).length
  if (existsSync(folder)) return release(us)
  rmSync(CACHE, { recursive: true, force: true })
  const part = `${folder}.part`
  mkdirSync(part, { recursive: true })
  await writeProducts(join(part, 'products.parquet'), plan, progress)
  await writeExamples(join(part, 'examples.parquet'), plan)
  renameSync(part, folder)
  for (const other of readdirSync(CACHE)) if (join(CACHE, other) !== folder) rmSync(join(CACHE, other), { recursive: true, force: true })
  return release(us)
}

/** The locale of every row, by number: exactly their shares, in seeded order. */
function localesOf(rows: number): Uint8Array {
  const chance = new Stream(SEED, 'release locales')
  const plan = new Uint8Array(rows)
  let at = 0
  for (const [number, [, share]] of LOCALES.entries()) {
    const end = number === LOCALES.length - 1 ? rows : at + Math.round(rows * share)
    plan.fill(number, at, end)
    at = end
  }
  for (let i = rows - 1; i > 0; i--) {
    const j = chance.integer(i + 1)
    ;[plan[i], plan[j]] = [plan[j]!, plan[i]!]
  }
  return plan
}

const idOf = (row: number): string => `B${row.toString(36).toUpperCase().padStart(9, '0')}`

/** Texts are windows of one long text of words, whose ranks are spread as in natural language: the rank's logarithm is uniform (Zipf). */
class Words {
  private readonly text: string
  private readonly starts = new Uint32Array(POOL + 1)

  constructor() {
    const chance = new Stream(SEED, 'release words')
    const words = Array.from({ length: VOCABULARY }, (_, rank) => wordOf(rank))
    const parts: string[] = []
    let length = 0
    for (let i = 0; i < POOL; i++) {
      const word = words[Math.floor(VOCABULARY ** chance.uniform()) - 1]!
      this.starts[i] = length
      parts.push(word)
      length += word.length + 1
    }
    this.starts[POOL] = length
    this.text = parts.join(' ')
  }

  take(count: number, chance: Stream): string {
    const first = chance.integer(POOL - count)
    return this.text.slice(this.starts[first], this.starts[first + count]! - 1)
  }
}

/** Every rank its own word: syllables for its digits to the base of 1000; frequent ones are short. */
function wordOf(rank: number): string {
  const syllable = (digit: number): string =>
    'bcdfghjklmnprstvwxyz'[digit % 20]! + 'aeiou'[Math.floor(digit / 20) % 5]! + 'lmnrstkdgp'[Math.floor(digit / 100)]!
  return rank < 1000 ? syllable(rank) + (rank % 2 === 0 ? '' : 'a') : `${syllable(rank % 1000)}${syllable(Math.floor(rank / 1000))}e`
}

function wordsIn({ words }: Lengths, chance: Stream): number {
  const place = chance.uniform() * (words.length - 1)
  const [low, high] = [words[Math.floor(place)]!, words[Math.ceil(place)]!]
  return Math.max(1, Math.round(low + (high - low) * (place % 1)))
}

async function writeProducts(path: string, plan: Uint8Array, progress: (line: string) => void): Promise<void> {
  const chance = new Stream(SEED, 'release texts')
  const words = new Words()
  const column = (name: string, data: (string | null)[]) => ({ name, data, type: 'STRING' as const, nullable: true })
  let writer: ParquetWriter | undefined
  for (let first = 0; first < plan.length; first += GROUP) {
    const rows = Math.min(GROUP, plan.length - first)
    const columnData = [
      column('product_id', Array.from({ length: rows }, (_, i) => idOf(first + i))),
      ...FIELDS.map(
        (field) => column(
          field,
          Array.from({ length: rows }, () => (chance.uniform() < LENGTHS[field].absent ? null : words.take(wordsIn(LENGTHS[field], chance), chance))),
        ),
      ),
      column('product_locale', Array.from({ length: rows }, (_, i) => LOCALES[plan[first + i]!]![0])),
    ]
    writer ??= new ParquetWriter({ writer: fileWriter(path), schema: schemaFromColumnData({ columnData }), codec: 'SNAPPY' })
    await writer.write({ columnData, rowGroupSize: GROUP })
    progress(`bench ingest: wrote ${first + rows} of ${plan.length} product rows`)
  }
  await writer?.finish()
}

/** A few judged queries, so that the release is a whole data set. */
async function writeExamples(path: string, plan: Uint8Array): Promise<void> {
  const chance = new Stream(SEED, 'release queries')
  const words = new Words()
  const us = Array.from(plan.keys()).filter((row) => plan[row] === 0)
  const rows = Array.from({ length: QUERIES }, (_, query) => ({ query, text: words.take(1 + chance.integer(6), chance) }))
    .flatMap(
      ({ query, text }) => Array.from(
        { length: JUDGED },
        (_, place) => ({ query, text, product: us[chance.integer(us.length)]!, label: place === 0 ? 'E' : chance.pick(['E', 'S', 'C', 'I']) }),
      ),
    )
  const column = (name: string, data: (string | bigint)[], type: 'STRING' | 'INT64') => ({ name, data, type, nullable: true })
  const columnData = [
    column(
      'example_id', rows.map((_, i) => BigInt(i)), 'INT64',
    ), column('query', rows.map(({ text }) => text), 'STRING'), column('query_id', rows.map(({ query }) => BigInt(query)), 'INT64'),
    column(
      'product_id', rows.map(({ product }) => idOf(product)), 'STRING',
    ), column('product_locale', rows.map(() => 'us'), 'STRING'), column('esci_label', rows.map(({ label }) => label), 'STRING'),
    column('small_version', rows.map(() => 1n), 'INT64'), column('large_version', rows.map(() => 1n), 'INT64'), column(
      'split', rows.map(({ query }) => (query % 5 === 0 ? 'test' : 'train')), 'STRING',
    ),
  ]
  const writer = new ParquetWriter({ writer: fileWriter(path), schema: schemaFromColumnData({ columnData }), codec: 'SNAPPY' })
  await writer.write({ columnData })
  await writer.finish()
}
