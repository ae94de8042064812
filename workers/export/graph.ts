// An ONNX graph in the making: nodes in the order of their computation, and constants on their way into files.
import type { Dtype } from '../model/safetensorsHeader.ts'
import { encode } from '../model/safetensors.ts'
import type { Attribute, External, OnnxNode, OnnxTensor, OnnxType } from './onnx.ts'

/** Reads elements [from, to) of a tensor by its name in the checkpoint; without bounds all of them. */
export type ReadTensor = (name: string, from?: number, to?: number) => Promise<Float32Array<ArrayBuffer>>

/** Beyond this the weights stand in files of their own: a protocol buffer ends at 2 GiB. */
export const INSIDE_BYTES = 1.5e9
/** A file of weights: an ArrayBuffer of 2 GiB is more than some browsers give. */
const FILE_BYTES = 1.9e9
const ALIGNMENT = 64
const CHUNK_ELEMENTS = 1 << 24
const MICROSOFT = 'com.microsoft'

interface Stored {
  readonly name: string
  readonly dims: readonly number[]
  readonly bytes: Blob
}

/** What stands in the graph, and the files beside it, in the order in which transformers.js counts them. */
export interface Placed {
  readonly constants: readonly OnnxTensor[]
  readonly files: readonly { readonly name: string; readonly bytes: Blob }[]
}

export class Graph {
  readonly nodes: OnnxNode[] = []
  readonly #whole: OnnxTensor[] = []
  readonly #stored: Stored[] = []

  /** `dtype`: how weights are stored and what is computed in. */
  constructor(readonly dtype: Exclude<Dtype, 'BF16'>) {}

  /** The type of everything that is no whole number. */
  get type(): OnnxType {
    return this.dtype === 'F16' ? 'float16' : 'float'
  }

  /** Appends a node; returns the name of its first output. */
  add(op: string, inputs: readonly string[], outputs: string | readonly string[], attributes?: Readonly<Record<string, Attribute>>): string {
    const names = typeof outputs === 'string' ? [outputs] : outputs
    this.nodes.push({ op, inputs, outputs: names, ...(attributes && { attributes }) })
    return names[0]!
  }

  /** A node of onnxruntime's own operators (ContribOperators.md). */
  addContrib(op: string, inputs: readonly string[], outputs: string | readonly string[], attributes: Readonly<Record<string, Attribute>>): string {
    this.add(op, inputs, outputs, attributes)
    this.nodes.push({ ...this.nodes.pop()!, domain: MICROSOFT })
    return typeof outputs === 'string' ? outputs : outputs[0]!
  }

  /** Whole numbers that the graph itself needs, kept once; a single number without `dims` is a scalar. */
  whole(name: string, values: readonly number[], dims: readonly number[] = values.length === 1 ? [] : [values.length]): string {
    if (!this.#whole.some((known) => known.name === name)) this.#whole.push({ name, dims, data: BigInt64Array.from(values.map(BigInt)) })
    return name
  }

  /** A weight that was computed for the graph. Rejects for a number that the graph's type cannot hold. */
  async weight(name: string, dims: readonly number[], values: Float32Array): Promise<string> {
    this.#stored.push({ name, dims, bytes: await this.#encode(name, values) })
    return name
  }

  /** A tensor of the checkpoint as it is, piece by piece: vocabularies make it the largest of all. */
  async copied(name: string, dims: readonly number[], read: ReadTensor): Promise<string> {
    const elements = dims.reduce((product, side) => product * side, 1)
    const parts: Blob[] = []
    for (let from = 0; from < elements; from += CHUNK_ELEMENTS) parts.push(await this.#encode(name, await read(name, from, Math.min(elements, from + CHUNK_ELEMENTS))))
    this.#stored.push({ name, dims, bytes: new Blob(parts) })
    return name
  }

  /** Places weights inside the graph or, beyond `inside` bytes, in `file_data`, `file_data_1`, … */
  place(file: string, inside = INSIDE_BYTES): Placed {
    const { type } = this
    if (this.#stored.reduce((sum, { bytes }) => sum + bytes.size, 0) <= inside) {
      return { constants: [...this.#whole, ...this.#stored.map(({ name, dims, bytes }) => ({ name, dims, data: { type, bytes } }))], files: [] }
    }
    const files: { readonly name: string; readonly parts: Blob[]; size: number }[] = []
    const placed = this.#stored.map(({ name, dims, bytes }): OnnxTensor => {
      let last = files.at(-1)
      if (last === undefined || last.size + bytes.size > FILE_BYTES) {
        last = { name: `${file}_data${files.length === 0 ? '' : `_${files.length}`}`, parts: [], size: 0 }
        files.push(last)
      }
      const external: External = { file: last.name, offset: last.size, length: bytes.size }
      const gap = (ALIGNMENT - (bytes.size % ALIGNMENT)) % ALIGNMENT
      last.parts.push(bytes, new Blob([new Uint8Array(gap)]))
      last.size += bytes.size + gap
      return { name, dims, data: { type, bytes: external } }
    })
    return { constants: [...this.#whole, ...placed], files: files.map(({ name, parts }) => ({ name, bytes: new Blob(parts) })) }
  }

  /** As a Blob at once, so that the browser may keep it on the disk. */
  async #encode(name: string, data: Float32Array): Promise<Blob> {
    return new Blob([await encode({ name, shape: [data.length], dtype: this.dtype, data })])
  }
}

/** [rows, columns] → [columns, rows], tile by tile, so that both sides stay in the processor's cache. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const TILE = 32
  const out = new Float32Array(rows * columns)
  for (let top = 0; top < rows; top += TILE) {
    for (let left = 0; left < columns; left += TILE) {
      const [bottom, right] = [Math.min(rows, top + TILE), Math.min(columns, left + TILE)]
      for (let column = left; column < right; column++) for (let row = top; row < bottom; row++) out[column * rows + row] = values[row * columns + column]!
    }
  }
  return out
}
