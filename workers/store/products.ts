// A catalogue as three files: the products' records, where each begins, and the ids by themselves.
import type { Product } from '../../src/domain/dataset.ts'
import { BlockReader, BlockWriter, type FileRecord } from './blocks.ts'
import type { CatalogueReader, CatalogueWriter } from './catalogue.ts'
import type { Folder } from './folder.ts'
import { decodeRecord, RecordEncoder } from './record.ts'

export const CATALOGUE_FILES = ['products', 'offsets', 'ids'] as const
export type CatalogueFile = (typeof CATALOGUE_FILES)[number]
export type CatalogueRecord = Readonly<Record<CatalogueFile, FileRecord>> & { readonly count: number }

/** Records are read about this many bytes at a time, however many products are asked for at once. */
const READ_BYTES = 2 ** 21
const OFFSETS_HELD = 8192
const OFFSET_BYTES = Float64Array.BYTES_PER_ELEMENT

export class FileCatalogueWriter implements CatalogueWriter {
  #count = 0
  readonly #encoder = new RecordEncoder()
  readonly #offsets = new Float64Array(OFFSETS_HELD)
  #held = 0

  private constructor(private readonly files: Readonly<Record<CatalogueFile, BlockWriter>>) {}

  static async create(folder: Folder): Promise<FileCatalogueWriter> {
    const [products, offsets, ids] = await Promise.all(CATALOGUE_FILES.map(async (name) => new BlockWriter(await folder.create(name))))
    return new FileCatalogueWriter({ products: products!, offsets: offsets!, ids: ids! })
  }

  get count(): number {
    return this.#count
  }

  /** Bytes of text so far. */
  get bytes(): number {
    return this.files.products.bytes
  }

  add(product: Product): void {
    const { products, ids } = this.files
    if (product.id.includes('\n')) throw new Error(`product id ${JSON.stringify(product.id)} holds a line break; an id must be one line`)
    this.#hold(products.bytes)
    products.write(this.#encoder.encode(product))
    ids.writeLine(product.id)
    this.#count++
  }

  /** Writes what is left; the end of the last record is the last offset. */
  async finish(): Promise<CatalogueRecord> {
    this.#hold(this.files.products.bytes)
    this.#writeOffsets()
    const [products, offsets, ids] = await Promise.all(CATALOGUE_FILES.map((name) => this.files[name].finish()))
    return { count: this.#count, products: products!, offsets: offsets!, ids: ids! }
  }

  abandon(): void {
    for (const name of CATALOGUE_FILES) this.files[name].abandon()
  }

  #hold(offset: number): void {
    this.#offsets[this.#held++] = offset
    if (this.#held === OFFSETS_HELD) this.#writeOffsets()
  }

  #writeOffsets(): void {
    this.files.offsets.write(new Uint8Array(this.#offsets.buffer, 0, this.#held * OFFSET_BYTES))
    this.#held = 0
  }
}

export class FileCatalogueReader implements CatalogueReader {
  #offsets: Promise<Float64Array> | undefined

  private constructor(
    readonly count: number, private readonly files: Readonly<Record<CatalogueFile, BlockReader>>, private readonly blame: (reason: unknown) => unknown,
  ) {}

  /** Throws where a file is missing or has another length than `record` says; `blame` makes the error of damage that is found later. */
  static async open(folder: Folder, record: CatalogueRecord, blame = (reason: unknown): unknown => reason): Promise<FileCatalogueReader> {
    const { count, offsets: { bytes } } = record
    if (bytes !== (count + 1) * OFFSET_BYTES) throw new Error(`its offsets have ${bytes} bytes for ${count} products`)
    const [products, offsets, ids] = await Promise.all(CATALOGUE_FILES.map((name) => BlockReader.open(folder, name, record[name])))
    return new FileCatalogueReader(count, { products: products!, offsets: offsets!, ids: ids! }, blame)
  }

  async ids(): Promise<readonly string[]> {
    const ids = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await this.idBytes()).split('\n')
    ids.pop()
    if (ids.length !== this.count) throw this.blame(new Error(`its file ids has ${ids.length} lines for ${this.count} products`))
    return ids
  }

  /** The ids as UTF-8, each ended by a line feed. */
  idBytes(): Promise<Uint8Array> {
    return this.#checked(this.files.ids.all())
  }

  async* chunks(size: number): AsyncGenerator<readonly Product[]> {
    if (!(size >= 1)) throw new Error(`a chunk of ${size} products was asked for; ask for 1 or more`)
    const offsets = await this.#readOffsets()
    const done = await this.files.products.sequentially()
    try {
      for (let first = 0; first < this.count; first += size) {
        const last = Math.min(this.count, first + size)
        const chunk: Product[] = []
        for (let from = first, to: number; from < last; from = to) {
          to = from + 1
          while (to < last && offsets[to + 1]! - offsets[from]! <= READ_BYTES) to++
          const start = offsets[from]!
          const bytes = await this.#checked(this.files.products.read(start, offsets[to]!))
          for (let at = from; at < to; at++) chunk.push(this.#decode(bytes.subarray(offsets[at]! - start, offsets[at + 1]! - start)))
        }
        yield chunk
      }
    } finally {
      done()
    }
  }

  async at(positions: readonly number[]): Promise<readonly Product[]> {
    const offsets = await this.#readOffsets()
    return Promise.all(positions.map(async (position) => {
      const known = Number.isInteger(position) && position >= 0 && position < this.count
      if (!known) throw new Error(`there is no product ${position} among ${this.count}`)
      return this.#decode(await this.#checked(this.files.products.peek(offsets[position]!, offsets[position + 1]!)))
    }))
  }

  #readOffsets(): Promise<Float64Array> {
    this.#offsets ??= this.#checked(this.files.offsets.all()).then((bytes) => new Float64Array(bytes.slice().buffer))
    return this.#offsets
  }

  #checked<T>(read: Promise<T>): Promise<T> {
    return read.catch((reason: unknown) => { throw this.blame(reason) })
  }

  #decode(bytes: Uint8Array): Product {
    try {
      return decodeRecord(bytes)
    } catch (reason) {
      throw this.blame(reason)
    }
  }
}
