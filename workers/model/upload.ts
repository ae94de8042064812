// Brings a checkpoint's tensors to the GPU piece by piece, each piece converted on the way: a tensor is never whole in memory.
import type { WeightStorage } from '../../src/protocol/policy.ts'
import type { Gpu, Tensor } from '../gpu/gpu.ts'
import { rowWords } from '../kernels/packed/packed.ts'
import { packRows } from './packing.ts'
import type { Dtype } from './safetensorsHeader.ts'
import { WIDTHS } from './safetensorsHeader.ts'
import type { Weight } from './weight.ts'

/** Where weights come from: bytes [from, to) of a tensor as its file has them. */
export interface Source {
  dtype(name: string): Dtype
  bytes(name: string, from: number, to: number): Promise<ArrayBuffer>
}

/** A tensor of a source, as rows of a matrix; a vector is one row. */
export interface SourceRows {
  readonly name: string
  readonly rows: number
  readonly columns: number
}

const PIECE_BYTES = 1 << 24
const IN_FLIGHT_BYTES = 1 << 27 // what the queue may hold before it is waited for: written bytes live twice until then

/** Uploads in the order of the calls, and waits for the GPU whenever much is on its way. */
export class Uploader {
  #written = 0

  /** `onBytes` hears of every piece of the source that was read. */
  constructor(readonly gpu: Gpu, readonly source: Source, readonly onBytes: (bytes: number) => void = () => {}) {}

  /** Writes a tensor's float32 values to `target`, from element `offset` on. */
  async floats(target: Tensor, offset: number, member: SourceRows): Promise<void> {
    await this.#pieces(member, 'f32', (data, _scales, row) => this.#write(target, data, offset + row * member.columns), () => Infinity)
  }

  /** Writes a tensor to the rows of `weight` from `firstRow` on, in the weight's storage. */
  async rows(weight: Weight, firstRow: number, member: SourceRows): Promise<void> {
    const words = rowWords(weight.storage, weight.columns)
    const shardAt = (row: number) => weight.shards.findLast((shard) => shard.firstRow <= firstRow + row)
    await this.#pieces(member, weight.storage, (data, scales, row) => {
      const shard = shardAt(row)
      if (shard === undefined) return
      const at = firstRow + row - shard.firstRow
      this.#write(shard.data, data, at * words.data)
      if (shard.scales !== undefined && scales !== undefined) this.#write(shard.scales, scales, at * words.scales)
    }, (row) => {
      const shard = shardAt(row)
      return shard === undefined ? Infinity : shard.firstRow + shard.rows - firstRow
    })
  }

  /** Packs the tensor's rows in pieces that cross no multiple that `end` gives: the row after the last of the shard that holds a row. */
  async #pieces(
    { name, rows, columns }: SourceRows, storage: WeightStorage, write: (data: Uint32Array<ArrayBuffer>, scales: Uint32Array<ArrayBuffer> | undefined, row: number) => void, end: (row: number) => number,
  ): Promise<void> {
    const dtype = this.source.dtype(name)
    const rowBytes = columns * WIDTHS[dtype]
    const step = Math.max(1, Math.floor(PIECE_BYTES / rowBytes))
    for (let row = 0; row < rows; ) {
      const last = Math.min(rows, row + step, end(row))
      const bytes = await this.source.bytes(name, row * rowBytes, last * rowBytes)
      this.onBytes(bytes.byteLength)
      const { data, scales } = packRows(name, storage, bytes, dtype, last - row, columns)
      write(data, scales, row)
      row = last
      if (this.#written < IN_FLIGHT_BYTES) continue
      this.#written = 0
      await this.gpu.device.queue.onSubmittedWorkDone()
    }
  }

  #write(target: Tensor, words: Uint32Array<ArrayBuffer>, at: number): void {
    this.gpu.write(target, words, at)
    this.#written += words.byteLength
  }
}
