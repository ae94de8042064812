// A dataset in a folder: filled, then made visible by its manifest; opened only when every file is what it was.
import type { Dataset, JudgedQuery, Rejection, UserHistory } from '../../src/domain/dataset.ts'
import type { IngestReport } from '../../src/protocol/ingest.ts'
import type { DatasetParts, OpenDataset } from '../../src/protocol/store.ts'
import { BlockReader, BlockWriter } from './blocks.ts'
import type { CatalogueWriter } from './catalogue.ts'
import type { Folder } from './folder.ts'
import { type Lines, type Manifest, writeManifest } from './manifest.ts'
import { FileCatalogueReader, FileCatalogueWriter } from './products.ts'

/** What stands beside the catalogue. */
export interface Rest {
  readonly queries: readonly JudgedQuery[]
  readonly users?: readonly UserHistory[]
  readonly report: IngestReport
  /** milliseconds since 1970 */
  readonly readAt: number
}

/** A dataset being written. It ends by `commit`, which makes it visible, or by `discard`, which leaves nothing. */
export interface DatasetWriter {
  readonly catalogue: CatalogueWriter
  /** bytes of products' text so far */
  readonly bytes: number
  /** Keeps a refused row, to be looked up later: every one of them, where the report holds the first hundred. */
  reject(rejection: Rejection): void
  commit(rest: Rest): Promise<Dataset>
  discard(): Promise<void>
}

/** Queries or users handed over at once: few enough that a page takes them between two frames. */
const PART = 500

const REJECTIONS = 'rejections'

/** Begins a dataset in an empty folder; `hash` says which bytes were read, and how. */
export async function writeDataset(folder: Folder, hash: string, name: string): Promise<DatasetWriter> {
  const catalogue = await FileCatalogueWriter.create(folder)
  const rejections = new BlockWriter(await folder.create(REJECTIONS))
  let rejected = 0
  return {
    catalogue,
    get bytes() {
      return catalogue.bytes
    },
    reject(rejection) {
      rejections.writeLine(JSON.stringify(rejection))
      rejected++
    },
    async commit({ queries, users, report, readAt }) {
      const manifest = {
        hash, name, readAt, catalogue: await catalogue.finish(), rejections: { count: rejected, ...(await rejections.finish()) },
        queries: await writeLines(folder, 'queries', queries), ...(users === undefined ? {} : { users: await writeLines(folder, 'users', users) }),
        report: await writeLines(folder, 'report', [report]),
      }
      await writeManifest(folder, manifest)
      return { name, hash, productCount: manifest.catalogue.count, queries, ...(users === undefined ? {} : { users }) }
    },
    discard() {
      catalogue.abandon()
      rejections.abandon()
      return Promise.resolve()
    },
  }
}

/** Opens what a manifest speaks of; every file's length is checked, and every byte but the catalogue's, which is checked as it is indexed. */
export async function readDataset(folder: Folder, manifest: Manifest, onPart?: (parts: DatasetParts) => unknown): Promise<OpenDataset> {
  const { hash, name, catalogue, users: userLines } = manifest
  await FileCatalogueReader.open(folder, catalogue)
  const queries: JudgedQuery[] = []
  const users: UserHistory[] = []
  const keep = (parts: DatasetParts): void => {
    queries.push(...parts.queries ?? [])
    users.push(...parts.users ?? [])
  }
  const take = onPart ?? keep
  await readLines<JudgedQuery>(folder, 'queries', manifest.queries, (part) => take({ queries: part }))
  if (userLines !== undefined) await readLines<UserHistory>(folder, 'users', userLines, (part) => take({ users: part }))
  const report = await readReport(folder, manifest)
  return { dataset: { name, hash, productCount: catalogue.count, queries, ...(userLines === undefined ? {} : { users }) }, report }
}

export async function readReport(folder: Folder, manifest: Manifest): Promise<IngestReport> {
  const reports: IngestReport[] = []
  await readLines<IngestReport>(folder, 'report', manifest.report, (part) => void reports.push(...part))
  const [report] = reports
  if (report === undefined) throw new Error('its report is empty')
  return report
}

/** Throws where a file is missing, or longer or shorter than it was: what can be told without reading them. */
export async function checkLengths(folder: Folder, { catalogue, queries, users, rejections, report }: Manifest): Promise<void> {
  await FileCatalogueReader.open(folder, catalogue)
  await BlockReader.open(folder, 'queries', queries)
  if (users !== undefined) await BlockReader.open(folder, 'users', users)
  if (rejections !== undefined) await BlockReader.open(folder, REJECTIONS, rejections)
  await BlockReader.open(folder, 'report', report)
}

/** Every refused row as JSON lines, not yet in memory. */
export async function readRejections(folder: Folder, { rejections }: Manifest): Promise<Blob> {
  if (rejections !== undefined) await BlockReader.open(folder, REJECTIONS, rejections)
  return (await folder.read(REJECTIONS)) ?? new Blob()
}

async function writeLines(folder: Folder, name: string, items: readonly unknown[]): Promise<Lines> {
  const writer = new BlockWriter(await folder.create(name))
  try {
    for (const item of items) writer.writeLine(JSON.stringify(item))
    return { count: items.length, ...(await writer.finish()) }
  } finally {
    // a file that stays open keeps its folder from being removed
    writer.abandon()
  }
}

async function readLines<T>(folder: Folder, name: string, record: Lines, onPart: (items: T[]) => unknown): Promise<void> {
  const reader = await BlockReader.open(folder, name, record)
  let part: T[] = []
  let count = 0
  for await (const line of reader.lines()) {
    part.push(JSON.parse(line) as T)
    count++
    if (part.length === PART) {
      await onPart(part)
      part = []
    }
  }
  if (part.length > 0) await onPart(part)
  if (count !== record.count) throw new Error(`its file ${name} has ${count} lines instead of ${record.count}`)
}
