// Writes an ONNX model: the few messages of onnx.proto3 that a small graph needs, in protocol buffers' wire format.

export interface OnnxTensor {
  readonly name: string
  readonly dims: readonly number[]
  readonly data: Float32Array | BigInt64Array
}

export interface OnnxNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** whole-number attributes by name */
  readonly attributes?: Readonly<Record<string, number>>
}

/** An input or output; a side that is a text has any length, by that name. */
export interface OnnxValue {
  readonly name: string
  readonly type: 'float' | 'int64'
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
const TYPES = { float: 1, int64: 7 } as const
const INT_ATTRIBUTE = 2

type Bytes = Uint8Array<ArrayBuffer>

const utf8 = new TextEncoder()

function varint(value: number): number[] {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`onnx: ${value} is no whole number of at least 0`)
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) | 128)
  }
}

function join(parts: readonly Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** A field of whole-number type. */
const whole = (field: number, value: number): Bytes => Uint8Array.from([...varint(field * 8), ...varint(value)])

/** A field of bytes, text or message type. */
function block(field: number, content: Bytes | string): Bytes {
  const bytes = typeof content === 'string' ? utf8.encode(content) : content
  return join([Uint8Array.from([...varint(field * 8 + 2), ...varint(bytes.length)]), bytes])
}

const node = ({ op, inputs, outputs, attributes = {} }: OnnxNode): Bytes => join([
  ...inputs.map((name) => block(1, name)), ...outputs.map((name) => block(2, name)), block(4, op),
  ...Object.entries(attributes).map(([name, value]) => block(5, join([block(1, name), whole(3, value), whole(20, INT_ATTRIBUTE)]))),
])

/** Raw data is little-endian, as every machine that runs this is. */
const tensor = ({ name, dims, data }: OnnxTensor): Bytes => join([
  ...dims.map((side) => whole(1, side)), whole(2, data instanceof Float32Array ? TYPES.float : TYPES.int64), block(8, name),
  block(9, new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)),
])

function value({ name, type, shape }: OnnxValue): Bytes {
  const sides = join(shape.map((side) => block(1, typeof side === 'number' ? whole(1, side) : block(2, side))))
  return join([block(1, name), block(2, block(1, join([whole(1, TYPES[type]), block(2, sides)])))])
}

/** The file's bytes: ModelProto, IR version 8, operator set 17. */
export function onnxModel({ name, nodes, constants, inputs, outputs }: OnnxGraph): Bytes {
  const graph = join([
    ...nodes.map((each) => block(1, node(each))), block(2, name), ...constants.map((each) => block(5, tensor(each))),
    ...inputs.map((each) => block(11, value(each))), ...outputs.map((each) => block(12, value(each))),
  ])
  return join([whole(1, IR_VERSION), block(2, 'rec-r1-workbench'), block(7, graph), block(8, join([block(1, ''), whole(2, OPSET)]))])
}
