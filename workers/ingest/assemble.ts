// Joins what the formats read into one data set: the catalogue goes to its writer at once, judgements and histories wait as numbers.
import type { JudgedQuery, Judgement, Rejection, Split, UserHistory } from '../../src/domain/dataset.ts'
import type { EsciFilter, IngestReport, Recognised, Role, StoredOutput, StoredRanking } from '../../src/protocol/ingest.ts'
import type { CatalogueWriter } from '../store/catalogue.ts'
import { Catalogue } from './assembly/catalogue.ts'
import { Histories } from './assembly/histories.ts'
import { Numbered } from './assembly/numbers.ts'
import { Queries } from './assembly/queries.ts'
import { Stored } from './assembly/stored.ts'
import type { Sink } from './format.ts'
import { Tally } from './report.ts'

const SAMPLE_QUERIES = 5

export interface AssemblyOptions {
  /** what the files were recognised as, in reading order */
  readonly files: readonly Recognised[]
  readonly filter: EsciFilter
  /** takes every product at once; throws where the disk is full */
  readonly catalogue: CatalogueWriter
  /** hears of every rejected row; the report keeps the first hundred */
  readonly onRejection?: (rejection: Rejection) => void
}

/** What the files hold together. */
export interface Assembled {
  readonly productCount: number
  /** with an Exact product in the catalogue; where no file gives products, all with an Exact product */
  readonly queries: readonly JudgedQuery[]
  readonly users: readonly UserHistory[]
  readonly rankings: readonly StoredRanking[]
  readonly outputs: readonly StoredOutput[]
  /** all but the time it took */
  readonly report: Omit<IngestReport, 'seconds'>
  /** why these files are no whole data set (products with judged queries or with histories), and the remedy; undefined where they are */
  readonly problem: string | undefined
}

export interface Assembly extends Sink {
  /** Joins and counts, once, after the last file. */
  finish(): Assembled
}

/** A sink for all files of one data set. Texts of products are with the writer as soon as they are told; judgements and events wait as numbers. */
export function assemble(options: AssemblyOptions): Assembly {
  const tally = new Tally(options.onRejection)
  const formats = new Map(options.files.map((file) => [file.file, file.format]))
  const products = new Numbered()
  const catalogue = new Catalogue(products, options.catalogue)
  const reject: Sink['reject'] = (at, column, reason) => { tally.reject(at, column, reason) }
  const note = (sentence: string): void => { tally.notes.add(sentence) }
  const queries = new Queries(products, (file) => formats.get(file) ?? file, { reject, note })
  const histories = new Histories(products)
  const stored = new Stored(products)
  return {
    filter: options.filter,
    product: (product, at, told = 'once') => {
      // rankings cross between threads with one id a line
      if (product.id.includes('\n')) reject(at, 'product id', `product id is ${JSON.stringify(product.id)}; give each product an id of one line`)
      else catalogue.add(product, told)
    },
    query: (query, at) => { queries.query(query, at) },
    judgement: (judgement, at) => { queries.judgement(judgement, at) },
    facts: (productId, told) => { catalogue.learn(productId, told) },
    person: (userId, told) => { histories.person(userId, told) },
    interaction: (event) => { histories.interaction(event) },
    sequence: (sequence, at) => { histories.sequence(sequence, at) },
    category: (productId, category) => { catalogue.file(productId, category) },
    retrieved: (ranking, at) => { stored.retrieved(ranking, at) },
    output: (output, at) => { stored.output(output, at) },
    filtered: (column) => { tally.filter(column) },
    note,
    reject,
    finish() {
      const judged = queries.join(catalogue)
      const bought = histories.join(catalogue)
      const unsplit = [...queries.unsplit].join(', ')
      if (unsplit !== '') note(`${unsplit}: neither rows nor file names tell a split, so their queries are test queries`)
      if (bought.withoutHistory > 0) note(`${bought.withoutHistory} histories are empty before the item to predict, and are left out`)
      if (judged.withoutText > 0) note(`${judged.withoutText} judgements are of queries whose text is in no file; add the file of queries`)
      const { factsWithoutProduct: lone } = catalogue
      if (lone > 0 && catalogue.count > 0) note(`numbers and tags are told of ${lone} products that are in no catalogue`)
      if (bought.partly > 0) note(`of ${bought.partly} people some events tell a strength and some do not, so they have none`)
      if (bought.strangers > 0) note(`${bought.strangers} people are told of who bought nothing; they are left out`)
      const inSplit = (split: Split): number => judged.queries.filter((query) => query.split === split).length
      const report = {
        files: options.files,
        products: catalogue.count,
        queries: judged.queries.length,
        trainQueries: inSplit('train'),
        validationQueries: inSplit('validation'),
        testQueries: inSplit('test'),
        judgements: judged.judgements,
        joined: judged.joined,
        labels: judged.labels,
        duplicates: judged.duplicates,
        untitled: catalogue.untitled,
        users: bought.people,
        interactions: bought.interactions,
        items: bought.items,
        itemsJoined: bought.itemsJoined,
        sequences: bought.sequences,
        facts: { numbers: Object.fromEntries(catalogue.numbers), tagged: catalogue.tagged },
        strengths: bought.strengths,
        profiles: { people: bought.profiles, names: bought.profileNames },
        rankings: stored.rankings.length,
        outputs: stored.outputs.length,
        domains: judged.domains,
        notes: [...tally.notes],
        rejected: tally.rejected,
        rejectedCount: tally.rejectedCount,
        rejectedBy: Object.fromEntries(tally.rejectedBy),
        leftOut: {
          queriesWithoutExact: judged.judged - judged.queries.length,
          filtered: Object.fromEntries(tally.filtered),
          duplicateProducts: catalogue.duplicates,
          withoutText: judged.withoutText,
          queriesWithoutJudgement: judged.unjudged,
          repeatedQueries: judged.repeatedQueries,
        },
        samples: {
          products: catalogue.samples,
          queries: judged.queries.slice(0, SAMPLE_QUERIES).map((query) => ({ text: query.text, products: query.judgements.map(productOf) })),
        },
      }
      return {
        productCount: catalogue.count, queries: judged.queries, users: bought.users, rankings: stored.rankings, outputs: stored.outputs, report,
        problem: problemOf(report, judged.judged, options.filter),
      }
    },
  }
}

function productOf({ productId }: Judgement): string {
  return productId
}

/** Why these files are no whole data set (products with judged queries, or with histories), each half missed by name; undefined for a whole one. */
function problemOf(report: Omit<IngestReport, 'seconds'>, judgedQueries: number, filter: EsciFilter): string | undefined {
  const ofRole = (...roles: readonly Role[]): string => report.files.filter((file) => roles.includes(file.role)).map((file) => file.file).join(', ')
  const all = report.files.map((file) => file.file).join(', ')
  const setAside = Object.values(report.leftOut.filtered).reduce((sum, rows) => sum + rows, 0)
  const lost = `(${setAside} rows set aside by the filter: ${filterText(filter)}; ${report.rejectedCount} rejected)`
  if (report.products > 0 && (report.queries > 0 || report.users > 0)) return undefined
  if (report.files.length === 0) return 'no files were given; add products and judged queries, ESCI\'s products and examples for one'
  if (report.products === 0 && ofRole('products') !== '') return `no product of ${filterText(filter)} in ${ofRole('products')} ${lost}`
  if (judgedQueries > 0 && report.products > 0) {
    return report.leftOut.withoutText === report.judgements
      ? `none of ${judgedQueries} judged queries has a text in ${all}; add the file of queries (queries.jsonl of the same set)`
      : `none of ${judgedQueries} queries has an Exact product among ${report.products} products; are products and examples from the same release?`
  }
  const same = 'of the same release, with'
  if (report.products === 0 && judgedQueries > 0) {
    return `examples came without products (${all}); add the products shard ${same} product_id and product_title`
  }
  if (report.products === 0 && report.users > 0) return `histories came without products (${all}); add the metadata ${same} its ids and titles`
  const judgements = ofRole('judgements', 'rl-prompts')
  if (judgements !== '') return `no usable judgement of ${filterText(filter)} in ${judgements} ${lost}`
  if (report.products > 0) {
    return `products came without examples (${all}); add the examples shard ${same} query, product_id and esci_label, or reviews for histories`
  }
  if (report.files.length > 0 && report.files.every(({ role }) => role === 'texts')) return `${all} holds texts to imitate and no data; choose it under What is imitated, where a run has a stage of imitation`
  return `nothing in ${all} can be ranked or trained on; add products with judged queries, or metadata with reviews`
}

function filterText(filter: EsciFilter): string {
  const parts = [
    filter.locale === 'all' ? '' : `locale ${filter.locale}`, filter.version === 'all' ? '' : `the ${filter.version} version`,
    filter.split === 'all' ? '' : `split ${filter.split}`, filter.labels === 'all' ? '' : 'label Exact',
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'any kind' : parts.join(', ')
}

const READ_FIRST: readonly Role[] = ['categories', 'facts', 'products']

/**
 * The order in which files are read: maps of categories and facts of products, then products, then the rest, each kind by digest, so that the same bytes
 * give the same data set whatever their names and order. Two files of the same bytes are an Error.
 */
export function readingOrder<T extends { readonly recognised: Recognised; readonly digest: string; /** of a mapped table */ readonly role?: Role }>(files: readonly T[]): T[] {
  const byDigest = new Map<string, T>()
  for (const file of files) {
    const twin = byDigest.get(file.digest)
    if (twin !== undefined) throw new Error(`shard ${file.recognised.file} holds the same bytes as ${twin.recognised.file}; add each shard once`)
    byDigest.set(file.digest, file)
  }
  const rank = ({ recognised, role = recognised.role }: T): number => (READ_FIRST.includes(role) ? READ_FIRST.indexOf(role) : READ_FIRST.length)
  return files.toSorted((a, b) => rank(a) - rank(b) || (a.digest < b.digest ? -1 : 1))
}
