// The ONNX writer against a reader of the wire format alone.
import { expect, test } from 'vitest'
import { onnxBlob, onnxModel } from './onnx.ts'
import { blocks, constantsOf, fieldsOf, text, wholes } from './onnx.testing.ts'

const value = { type: 'float', shape: [] } as const

test('attributes are whole numbers of either sign, floats and lists; a node may be of another operator set, which the model then names', () => {
  const model = fieldsOf(onnxModel({
    name: 'g', constants: [], inputs: [], outputs: [],
    nodes: [
      { op: 'Norm', inputs: ['x', '', 'w'], outputs: ['y'], domain: 'elsewhere', attributes: { axis: -1, epsilon: { float: 0.1 }, perm: [1, 0, 300] } },
      { op: 'Norm', inputs: ['y'], outputs: ['z'], domain: 'elsewhere' },
    ],
  }))
  expect(blocks(model, 8).map(fieldsOf).map((set) => [text(blocks(set, 1)[0]), wholes(set, 2)])).toEqual([['', [17]], ['elsewhere', [1]]])
  const node = fieldsOf(blocks(fieldsOf(blocks(model, 7)[0]!), 1)[0]!)
  expect([blocks(node, 1).map(text), blocks(node, 7).map(text)]).toEqual([['x', '', 'w'], ['elsewhere']])
  const [axis, epsilon, perm] = blocks(node, 5).map(fieldsOf)
  expect([wholes(axis!, 3), wholes(axis!, 20)]).toEqual([[2 ** 64], [2]]) // −1 in two's complement, as near as a double comes
  expect([new Float32Array(blocks(epsilon!, 2)[0]!.buffer)[0], wholes(epsilon!, 20)]).toEqual([Math.fround(0.1), [1]])
  expect([wholes(perm!, 8), wholes(perm!, 20)]).toEqual([[1, 0, 300], [7]])
})

test('weights in Blobs give the same file as weights in memory, and no file in one piece', async () => {
  const data = Float32Array.of(1, -2, 3.5)
  const graph = (given: Float32Array | { type: 'float'; bytes: Blob }) => ({ name: 'g', nodes: [], constants: [{ name: 'w', dims: [3], data: given }], inputs: [{ name: 'x', ...value }], outputs: [{ name: 'y', ...value }] })
  const inBlob = graph({ type: 'float', bytes: new Blob([data]) })
  expect(new Uint8Array(await onnxBlob(inBlob).arrayBuffer())).toEqual(onnxModel(graph(data)))
  expect(() => onnxModel(inBlob)).toThrow('written as a Blob')
})

test('a weight outside of the file names the other file, its place there and its length', () => {
  const outside = { name: 'w', dims: [2], data: { type: 'float', bytes: { file: 'm.onnx_data', offset: 4, length: 8 } } } as const
  const model = onnxModel({ name: 'g', nodes: [], constants: [outside], inputs: [], outputs: [] })
  const beside = new Map([['m.onnx_data', Float32Array.of(9, 7, 8, 9).buffer]])
  expect(constantsOf(model, beside).get('w')).toEqual({ dims: [2], data: Float32Array.of(7, 8) })
})

test('a number that 53 bits do not hold is refused', () => {
  expect(() => onnxModel({ name: 'g', nodes: [{ op: 'A', inputs: [], outputs: [], attributes: { a: 0.5 } }], constants: [], inputs: [], outputs: [] })).toThrow('0.5 is no whole number')
})
