// Judged examples and stored results, read by the product's own readers of published files; a row that can't be used is refused here.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Judgement, Split } from '../src/domain/dataset.ts'
import type { StoredResult } from '../src/domain/results.ts'
import { ESCI_US } from '../src/protocol/ingest.ts'
import { FORMATS } from '../workers/ingest/formats/formats.ts'
import type { Sink } from '../workers/ingest/format.ts'
import { readFile } from '../workers/ingest/read.ts'
import { recogniseFile } from '../workers/ingest/recognise.ts'
import { BadInput } from './errors.ts'

export interface JudgedExamples {
  readonly id: string
  readonly split: Split | undefined
  readonly domain?: string
  readonly judgements: readonly Judgement[]
}

/** The judged queries of ESCI examples (Parquet or CSV, locale us), or of any other file of judgements, in the file's order. */
export async function readExamples(path: string): Promise<JudgedExamples[]> {
  const queries = new Map<string, JudgedExamples & { readonly judgements: Judgement[] }>()
  await readInto(path, 'judgements', {
    filter: ESCI_US,
    judgement({ queryId: id, productId, label, grade, split, domain }) {
      const query = queries.get(id) ?? { id, split, ...(domain === undefined ? {} : { domain }), judgements: [] }
      queries.set(id, query)
      query.judgements.push({ productId, label, ...(grade === undefined ? {} : { grade }) })
    },
  })
  if (queries.size === 0) throw new BadInput(`file ${basename(path)} has no judgement of locale ${ESCI_US.locale}; give ESCI examples with query_id, product_id and esci_label`)
  return [...queries.values()]
}

/** The entries of one of Rec-R1's result files. */
export async function readResults(path: string): Promise<StoredResult[]> {
  const results: StoredResult[] = []
  await readInto(path, 'results', { retrieved: (ranking) => { results.push(ranking) } })
  return results
}

async function readInto(path: string, role: 'judgements' | 'results', taken: Partial<Sink>): Promise<void> {
  const file = new File([readFileSync(path)], basename(path))
  const { format, recognised } = await recogniseFile(file, FORMATS)
  if (format?.role !== role) {
    const wanted = role === 'results' ? 'a result file of Rec-R1, with retrieved and target' : 'ESCI examples, with query_id, product_id and esci_label'
    throw new BadInput(`file ${file.name} was recognised as ${recognised.format} with ${recognised.columns.join(', ')}; give ${wanted}`)
  }
  const nothing = (): void => undefined
  let refused: string | undefined
  await readFile(file, format, {
    product: nothing, facts: nothing, person: nothing, query: nothing, judgement: nothing, interaction: nothing, sequence: nothing, category: nothing, retrieved: nothing,
    output: nothing, filtered: nothing, ...taken,
    reject({ row }, column, reason) {
      refused ??= `file ${file.name} row ${row}${column === '' ? '' : `, ${column}`}: ${reason}`
    },
  })
  if (refused !== undefined) throw new BadInput(refused)
}
