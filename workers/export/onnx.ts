// Writes an ONNX model: the few messages of onnx.proto3 that a graph of weights and operators needs.
import type { Bytes, Message } from './protobuf.ts'
import { block, float, joined, message, whole } from './protobuf.ts'

/** Where a tensor's bytes lie in a file beside the model (ONNX's external data). */
export interface External {
  readonly file: string
  readonly offset: number
  readonly length: number
}

export interface OnnxTensor {
  readonly name: string
  readonly dims: readonly number[]
  /** row-major; Uint16Array holds the bits of float16 */
  readonly data: Float32Array | BigInt64Array | Uint16Array | { readonly type: OnnxType; readonly bytes: Blob | External }
}

/** A whole number, a float, or a list of whole numbers. */
export type Attribute = number | { readonly float: number } | readonly number[]

export interface OnnxNode {
  readonly op: string
  /** an input left out is the empty name */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, Attribute>>
  /** the operator set; ONNX's own when left out */
  readonly domain?: string
}

/** An input or output; a side that is a text has any length, by that name. */
export interface OnnxValue {
  readonly name: string
  readonly type: OnnxType
  readonly shape: readonly (number | string)[]
}

export interface OnnxGraph {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxTensor[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
}

const IR_VERSION = 8
const OPSET = 17
const TYPES = { float: 1, int32: 6, int64: 7, float16: 10 } as const
export type OnnxType = keyof typeof TYPES

const FLOAT_ATTRIBUTE = 1
const INT_ATTRIBUTE = 2
const INTS_ATTRIBUTE = 7
const EXTERNAL = 1

function attribute(name: string, value: Attribute): Message {
  if (typeof value === 'number') return message(block(1, name), whole(3, value), whole(20, INT_ATTRIBUTE))
  if ('float' in value) return message(block(1, name), float(2, value.float), whole(20, FLOAT_ATTRIBUTE))
  return message(block(1, name), ...value.map((each) => whole(8, each)), whole(20, INTS_ATTRIBUTE))
}

const node = ({ op, inputs, outputs, attributes = {}, domain }: OnnxNode): Message => message(
  ...inputs.map((name) => block(1, name)), ...outputs.map((name) => block(2, name)), block(4, op),
  ...Object.entries(attributes).map(([name, value]) => block(5, attribute(name, value))),
  ...(domain === undefined ? [] : [block(7, domain)]),
)

function typeOf(data: OnnxTensor['data']): OnnxType {
  if (data instanceof Float32Array) return 'float'
  if (data instanceof BigInt64Array) return 'int64'
  return data instanceof Uint16Array ? 'float16' : data.type
}

/** Raw data is little-endian, as every machine that runs this is. */
function content(data: OnnxTensor['data']): readonly Message[] {
  if (ArrayBuffer.isView(data)) return [block(9, new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength))]
  if (data.bytes instanceof Blob) return [block(9, data.bytes)]
  const { file, offset, length } = data.bytes
  const entries = Object.entries({ location: file, offset, length })
  return [...entries.map(([key, value]) => block(13, message(block(1, key), block(2, String(value))))), whole(14, EXTERNAL)]
}

const tensor = ({ name, dims, data }: OnnxTensor): Message => message(...dims.map((side) => whole(1, side)), whole(2, TYPES[typeOf(data)]), block(8, name), ...content(data))

function value({ name, type, shape }: OnnxValue): Message {
  const sides = message(...shape.map((side) => block(1, typeof side === 'number' ? whole(1, side) : block(2, side))))
  return message(block(1, name), block(2, block(1, message(whole(1, TYPES[type]), block(2, sides)))))
}

/** ModelProto, IR version 8, operator set 17, and version 1 of every other domain that a node names. */
function model({ name, nodes, constants, inputs, outputs }: OnnxGraph): Message {
  const graph = message(
    ...nodes.map((each) => block(1, node(each))), block(2, name), ...constants.map((each) => block(5, tensor(each))),
    ...inputs.map((each) => block(11, value(each))), ...outputs.map((each) => block(12, value(each))),
  )
  const domains = [...new Set(nodes.flatMap(({ domain }) => (domain === undefined ? [] : [domain])))]
  return message(
    whole(1, IR_VERSION), block(2, 'rec-r1-workbench'), block(7, graph), block(8, message(block(1, ''), whole(2, OPSET))),
    ...domains.map((domain) => block(8, message(block(1, domain), whole(2, 1)))),
  )
}

/** The file's bytes, of a graph whose constants are in memory. */
export const onnxModel = (graph: OnnxGraph): Bytes => joined(model(graph))

/** The file as a Blob: constants that are Blobs stay where they are. */
export const onnxBlob = (graph: OnnxGraph): Blob => new Blob([...model(graph).parts])
