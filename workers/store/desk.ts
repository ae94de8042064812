// The store's procedures for a page: datasets by hash, and products of the one that is looked into.
import type { Product } from '../../src/domain/dataset.ts'
import type { IngestReport } from '../../src/protocol/ingest.ts'
import type { DatasetParts, OpenDataset, StoredDataset, StoreRoom, StoreService } from '../../src/protocol/store.ts'
import { IdLookup } from './lookup.ts'
import type { FileCatalogueReader } from './products.ts'
import { roomNow } from './room.ts'
import { catalogueOf, listDatasets, openDataset, rejectionsOf, reportOf, removeDataset, removeDebris, renameDataset } from './store.ts'

interface Looked {
  readonly hash: string
  readonly reader: FileCatalogueReader
  readonly lookup: IdLookup
}

export class StoreDesk implements StoreService {
  #looked: Promise<Looked> | undefined
  #lookedHash: string | undefined

  async list(): Promise<readonly StoredDataset[]> {
    await removeDebris()
    return listDatasets()
  }

  open(hash: string, onPart?: (parts: DatasetParts) => void): Promise<OpenDataset> {
    return openDataset(hash, onPart)
  }

  rename(hash: string, name: string): Promise<void> {
    return renameDataset(hash, name)
  }

  async remove(hash: string): Promise<void> {
    if (this.#lookedHash === hash) this.#looked = this.#lookedHash = undefined
    await removeDataset(hash)
  }

  report(hash: string): Promise<IngestReport> {
    return reportOf(hash)
  }

  rejections(hash: string): Promise<Blob> {
    return rejectionsOf(hash)
  }

  room(): Promise<StoreRoom> {
    return roomNow()
  }

  async products(hash: string, ids: readonly string[]): Promise<readonly (Product | undefined)[]> {
    const { reader, lookup } = await this.#look(hash)
    const positions = ids.map((id) => lookup.find(id))
    const found = await reader.at(positions.filter((position) => position !== undefined))
    let next = 0
    return positions.map((position) => (position === undefined ? undefined : found[next++]))
  }

  async productsAt(hash: string, positions: readonly number[]): Promise<readonly Product[]> {
    return (await this.#look(hash)).reader.at(positions)
  }

  /** One dataset is looked into at a time: its ids stay in memory until another is. */
  #look(hash: string): Promise<Looked> {
    if (this.#looked === undefined || this.#lookedHash !== hash) {
      this.#lookedHash = hash
      const looked = catalogueOf(hash).then(async (reader) => ({ hash, reader, lookup: new IdLookup(await reader.idBytes(), reader.count) }))
      this.#looked = looked
      // a failure is not kept: the dataset may be stored again
      looked.catch(() => { if (this.#looked === looked) this.#looked = undefined })
    }
    return this.#looked
  }
}
