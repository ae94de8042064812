// For tests of the assembly: rows told by hand, and what they come to.
import type { EsciLabel, Product, Rejection, Split } from '../../../src/domain/dataset.ts'
import { ESCI_US } from '../../../src/protocol/ingest.ts'
import type { EsciFilter, ReadRequest, Recognised, Role } from '../../../src/protocol/ingest.ts'
import { memoryWriter } from '../../store/memory.ts'
import { assemble } from '../assemble.ts'
import type { Assembled, Assembly } from '../assemble.ts'
import type { Place } from '../format.ts'
import { readShards } from '../shards.ts'
import type { ReadShards, ShardOptions } from '../shards.ts'

/** What a file was recognised as. */
export const recognised = (file: string, format = 'ESCI examples', role: Role = 'judgements'): Recognised => ({
  file,
  bytes: 1,
  container: 'parquet',
  gzip: false,
  format,
  role,
  columns: [],
  samples: [],
})
/** A product with a title. */
export const product = (id: string, more: Partial<Product> = {}): Product => ({
  id,
  title: `Title of ${id}`,
  description: '',
  bullets: '',
  brand: '',
  color: '',
  ...more,
})
/** A row of a file. */
export const at = (row: number, file = 'e'): Place => ({ file, row })
/** A judgement with its query. */
export const judged = (
  queryId: string,
  productId: string,
  more: { label?: EsciLabel; text?: string; split?: Split; whole?: boolean; domain?: string; grade?: number } = {},
) => ({ queryId, productId, label: 'E' as const, text: `text of ${queryId}`, split: 'train' as const, ...more })
/** A judgement as qrels have it. */
export const withoutText = ({ queryId, productId, label, grade }: { queryId: string; productId: string; label: EsciLabel; grade: number }) => ({
  queryId,
  productId,
  label,
  grade,
})

/** All that a data set comes to which `tell` tells row by row, its catalogue and its rejections. */
export function gather(
  tell: (sink: Assembly) => void,
  files: readonly Recognised[] = [recognised('e')],
): Assembled & { readonly products: readonly Product[]; readonly heard: readonly Rejection[] } {
  const catalogue = memoryWriter()
  const heard: Rejection[] = []
  const assembly = assemble({
    files,
    filter: ESCI_US,
    catalogue,
    onRejection: (rejection) => {
      heard.push(rejection)
    },
  })
  tell(assembly)
  return { ...assembly.finish(), products: catalogue.products, heard }
}

/** A purchase. */
export const bought = (userId: string, itemId: string, time?: number) => ({ userId, itemId, time, rating: 5 })

/** Reads files into a catalogue in memory. */
export async function readTogether(
  files: readonly File[],
  { filter = ESCI_US, mappings = {}, ...options }: ShardOptions & { readonly filter?: EsciFilter; readonly mappings?: ReadRequest['mappings'] } = {},
): Promise<ReadShards & { readonly products: readonly Product[] }> {
  const catalogue = memoryWriter()
  return { ...(await readShards(files, { filter, mappings }, catalogue, options)), products: catalogue.products }
}
