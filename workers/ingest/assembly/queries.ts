// Judged queries while files are read: texts by query, judgements as columns of numbers, joined at the end.
import { departmentName } from '../../../src/domain/department.ts'
import type { EsciLabel, Judgement, JudgedQuery, Split } from '../../../src/domain/dataset.ts'
import type { Place, Sink } from '../format.ts'
import type { Catalogue } from './catalogue.ts'
import { departmentOfName, splitOfName } from './names.ts'
import { bytes, groupBy, integers, Numbered, own, reals } from './numbers.ts'

type Query = Parameters<Sink['query']>[0]
type Told = Parameters<Sink['judgement']>[0]

const LABELS: readonly EsciLabel[] = ['E', 'S', 'C', 'I']

/** What a row says of its query. */
interface Asked {
  readonly id: string
  readonly text: string | undefined
  readonly split?: Split | undefined
  readonly domain?: string | undefined
}

interface Entry {
  readonly id: string
  text: string
  split: Split | undefined
  domain: string | undefined
  /** the file of its first judgement, else of its text */
  file: string
  judged: boolean
  /** the row that tells all of its judgements, where one does */
  whole: Place | undefined
}

export interface JoinedQueries {
  /** with a relevant product in the catalogue, or with any relevant product where there is no catalogue */
  readonly queries: JudgedQuery[]
  readonly judged: number
  readonly unjudged: number
  readonly judgements: number
  readonly joined: number
  readonly labels: Record<EsciLabel, number>
  readonly duplicates: number
  readonly withoutText: number
  readonly repeatedQueries: number
  readonly domains: Record<string, number>
}

export class Queries {
  /** files whose queries name no split in rows or file name: they count as test */
  readonly unsplit = new Set<string>()
  private readonly entries: Entry[] = []
  private readonly byId = new Map<string, number>()
  private readonly queryOf = integers()
  private readonly productOf = integers()
  private readonly labelOf = bytes()
  private readonly grades = reals()
  /** files told of in a note: some of their ids were others' before */
  private readonly clashes = new Set<string>()
  private repeated = 0
  private lastRepeated: Place | undefined

  /** `formatOf` tells a file's format: one id in two formats is two queries. */
  constructor(
    private readonly products: Numbered, private readonly formatOf: (file: string) => string, private readonly sink: Pick<Sink, 'reject' | 'note'>,
  ) {}

  query(query: Query, at: Place): void {
    const entry = this.entryOf(query, at)
    if (entry !== undefined && query.domain !== undefined) entry.domain ??= query.domain
  }

  judgement(told: Told, at: Place): void {
    const entry = this.entryOf({ id: told.queryId, text: told.text, split: told.split, domain: told.domain }, at)
    if (entry === undefined) return
    if (told.whole === true) {
      entry.whole ??= at
      if (!isSame(entry.whole, at)) {
        if (!isSame(this.lastRepeated, at)) this.repeated++
        this.lastRepeated = at
        return
      }
    }
    if (!entry.judged) {
      entry.judged = true
      entry.file = at.file
    }
    this.queryOf.push(this.byId.get(entry.id)!)
    this.productOf.push(this.products.of(told.productId))
    this.labelOf.push(LABELS.indexOf(told.label))
    this.grades.push(told.grade ?? Number.NaN)
  }

  /** Queries with their judgements of products in the catalogue; judgements keep the files' order, repeated ones too. */
  join(catalogue: Catalogue): JoinedQueries {
    const labels: Record<EsciLabel, number> = { E: 0, S: 0, C: 0, I: 0 }
    const domains = new Map<string, number>()
    const queries: JudgedQuery[] = []
    const seenBy = new Int32Array(this.products.texts.length).fill(-1)
    const { starts, order } = groupBy(this.queryOf.view, this.entries.length)
    const product = this.productOf.view
    let [judged, joined, duplicates, withoutText] = [0, 0, 0, 0]
    for (const [q, entry] of this.entries.entries()) {
      const rows = order.subarray(starts[q]!, starts[q + 1]!)
      if (rows.length > 0) judged++
      for (const row of rows) {
        labels[LABELS[this.labelOf.view[row]!]!]++
        if (seenBy[product[row]!] === q) duplicates++
        seenBy[product[row]!] = q
      }
      const present = catalogue.count === 0 ? rows : rows.filter((row) => catalogue.has(product[row]!))
      if (catalogue.count > 0) joined += present.length
      if (entry.text === '') withoutText += rows.length
      const first = present.find((row) => this.labelOf.view[row] === 0)
      if (first === undefined || entry.text === '') continue
      const domain = this.domainOf(entry, rows, catalogue)
      if (domain !== undefined) domains.set(domain, (domains.get(domain) ?? 0) + 1)
      const judgements = Array.from(present, (row) => this.judgementAt(row))
      queries.push({ id: entry.id, text: entry.text, split: this.splitOf(entry), ...(domain === undefined ? {} : { domain }), judgements })
    }
    return {
      queries, judged, unjudged: this.entries.length - judged, judgements: product.length, joined, labels, duplicates, withoutText,
      repeatedQueries: this.repeated, domains: Object.fromEntries(domains),
    }
  }

  private entryOf({ id, text, split, domain }: Asked, at: Place): Entry | undefined {
    const number = this.byId.get(id)
    const known = number === undefined ? undefined : this.entries[number]!
    if (known === undefined) {
      return this.add({ id: own(id), text: own(text ?? ''), split, domain, file: at.file, judged: false, whole: undefined })
    }
    if (text !== undefined && known.text !== '' && known.text !== text) {
      const format = this.formatOf(at.file)
      if (format !== this.formatOf(known.file)) {
        const prefix = `${format.replaceAll(' ', '-')}:`
        if (!this.clashes.has(at.file)) {
          this.clashes.add(at.file)
          const both = `${known.file} and ${at.file} both have query ids such as ${id} for different queries`
          this.sink.note?.(`${both}; those of ${at.file} begin with ${prefix} here`)
        }
        return this.entryOf({ id: `${prefix}${id}`, text, split, domain }, at)
      }
      this.sink.reject(at, 'query', `query_id ${id} has the text "${text}" here and "${known.text}" before`)
      return undefined
    }
    if (split !== undefined && known.split !== undefined && known.split !== split) {
      this.sink.reject(at, 'split', `query_id ${id} is in ${split} here and in ${known.split} before`)
      return undefined
    }
    if (known.text === '' && text !== undefined) known.text = own(text)
    known.split ??= split
    known.domain ??= domain
    return known
  }

  private add(entry: Entry): Entry {
    this.byId.set(entry.id, this.entries.length)
    this.entries.push(entry)
    return entry
  }

  private splitOf(entry: Entry): Split {
    const told = entry.split ?? splitOfName(entry.file)
    if (told === undefined) this.unsplit.add(entry.file)
    return told ?? 'test'
  }

  /** The row's own, else the department of its first relevant product that has one (as Rec-R1 sorts ESCI), else that of the file's name. */
  private domainOf(entry: Entry, rows: Int32Array, catalogue: Catalogue): string | undefined {
    if (entry.domain !== undefined) return departmentName(entry.domain)
    for (const row of rows) {
      const department = this.labelOf.view[row] === 0 ? catalogue.departmentOf(this.productOf.view[row]!) : undefined
      if (department !== undefined) return departmentName(department)
    }
    return departmentOfName(entry.file)
  }

  private judgementAt(row: number): Judgement {
    const grade = this.grades.view[row]!
    const productId = this.products.texts[this.productOf.view[row]!]!
    return { productId, label: LABELS[this.labelOf.view[row]!]!, ...(Number.isNaN(grade) ? {} : { grade }) }
  }
}

function isSame(one: Place | undefined, other: Place): boolean {
  return one?.row === other.row && one.file === other.file
}
