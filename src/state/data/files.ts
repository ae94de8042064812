// What a person says of files before they are read: which rows of ESCI are wanted, and what the columns of an unknown table mean.
import { ESCI_REC_R1, ESCI_US, type ColumnMapping, type EsciFilter, type Recognised } from '../../client/ingest.ts'

export { ESCI_REC_R1, ESCI_US } from '../../client/ingest.ts'
export type { ColumnMapping, EsciFilter, IngestReport, Recognised } from '../../client/ingest.ts'

export type MappedRole = ColumnMapping['role']

export interface MappedField {
  /** our name, as ColumnMapping has it */
  readonly name: string
  readonly title: string
  readonly required: boolean
}

const field = (name: string, title: string, required = false): MappedField => ({ name, title, required })

/** What a table of each role can say, the necessary first. */
export const MAPPED_FIELDS: Readonly<Record<MappedRole, readonly MappedField[]>> = {
  products: [
    field('id', 'product id', true), field('title', 'title'), field('description', 'description'), field('bullets', 'bullet points'),
    field('brand', 'brand'), field('color', 'colour'), field('category', 'category'), field('tags', 'tags'),
  ],
  judgements: [
    field('productId', 'product id', true), field('query', 'query text'), field('queryId', 'query id'), field('label', 'label or grade'),
    field('split', 'split'),
  ],
  queries: [field('queryId', 'query id', true), field('query', 'query text', true), field('split', 'split')],
  interactions: [field('userId', 'user id', true), field('itemId', 'product id', true), field('time', 'time'), field('rating', 'rating or strength')],
  people: [field('userId', 'user id', true), field('split', 'split')],
}

/** Columns that a table keeps under their own names: what they are, and how ColumnMapping names them. */
export const OWN_COLUMNS: Readonly<Partial<Record<MappedRole, { readonly prefix: string; readonly title: string }>>> = {
  products: { prefix: 'numbers.', title: 'numbers, by their own names' },
  people: { prefix: 'profile.', title: 'what is told of a person, by its own name' },
}

export const MAPPED_ROLES = Object.keys(MAPPED_FIELDS) as readonly MappedRole[]

/** What is still missing of a mapping, as a sentence; undefined when the table can be read by it. */
export function mappingFault({ role, columns }: ColumnMapping): string | undefined {
  const missing = MAPPED_FIELDS[role].filter(({ name, required }) => required && columns[name] === undefined).map(({ title }) => title)
  if (missing.length > 0) return `say which column holds the ${missing.join(' and the ')}`
  const own = OWN_COLUMNS[role]
  const keeps = own !== undefined && Object.keys(columns).some((name) => name.startsWith(own.prefix))
  if (role === 'people' && !keeps) return 'say which columns tell something of the person'
  const told = ['title', 'description', 'tags'].some((name) => columns[name] !== undefined)
  if (role === 'products' && !keeps && !told) return 'say which column holds the title or the description, or which hold numbers or tags of products in another file'
  const asks = columns['query'] !== undefined || columns['queryId'] !== undefined
  if (role === 'judgements' && !asks) return 'say which column holds the query text, or the query id'
  const [twice] = Object.entries(columns).filter(([name, column]) => Object.entries(columns).some(([other, same]) => other < name && same === column))
  return twice === undefined ? undefined : `column ${twice[1]} stands for two things; each column means one`
}

/** A mapping of another role: what both roles call the same stays. */
export function mappingAs(role: MappedRole, { columns }: ColumnMapping): ColumnMapping {
  const known = new Set(MAPPED_FIELDS[role].map(({ name }) => name))
  return { role, columns: Object.fromEntries(Object.entries(columns).filter(([name]) => known.has(name))) }
}

/** A column as a person reads it: numbers stand for columns without names, and two names for what stands in no column. */
export function columnName(column: string): string {
  if (column === '__key') return '(key)'
  if (column === '__value') return '(value)'
  return /^\d+$/.test(column) ? `column ${Number(column) + 1}` : column
}

/** Whether ESCI's filter has anything to say about these files. */
export function filterApplies(files: readonly Recognised[]): boolean {
  return files.some(({ format }) => format.startsWith('ESCI'))
}

export function sameFilter(a: EsciFilter, b: EsciFilter): boolean {
  return a.locale === b.locale && a.version === b.version && a.split === b.split && a.labels === b.labels
}

/** The filter that the one switch stands for, on and off. */
export function recR1Filter(on: boolean): EsciFilter {
  return on ? ESCI_REC_R1 : ESCI_US
}
