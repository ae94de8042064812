// Safetensors: what is written is read, in one file or many, from memory or from a Blob; damage and disagreement are named with both values.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WeightFile } from '../../src/protocol/policy.ts'
import { openSafetensors, openWeights, safetensorsBlob, writeSafetensors, type LazyTensor } from './safetensors.ts'

function file(header: object | string, data: Uint8Array): ArrayBuffer {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  bytes.set(data, 8 + text.length)
  return bytes.buffer
}

const json = (value: unknown): ArrayBuffer => new TextEncoder().encode(JSON.stringify(value)).buffer
const tensor = (name: string, shape: readonly number[], first = 0) =>
  ({ name, shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => first + i) })
const shard = (name: string, tensors: readonly ReturnType<typeof tensor>[]): WeightFile => ({ name, bytes: new Blob([writeSafetensors(tensors)]) })

test('tensors come back as they were written, and the same tensors give the same bytes', () => {
  const tensors = [{ name: 'b', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-30, 7) }, { name: 'a', shape: [1], data: Float32Array.of(9) }]
  const bytes = writeSafetensors(tensors)
  const opened = openSafetensors(bytes, 'x.safetensors')
  expect(opened.names).toEqual(['b', 'a'])
  for (const { name, shape, data } of tensors) {
    expect(opened.shape(name)).toEqual(shape)
    expect(opened.read(name)).toEqual(data)
  }
  expect(new Uint8Array(writeSafetensors(tensors))).toEqual(new Uint8Array(bytes))
})

test('half and brain floats are read as the numbers they stand for, from headers that are not padded', async () => {
  const bytes = file({ h: { dtype: 'F16', shape: [2], data_offsets: [0, 4] }, b: { dtype: 'BF16', shape: [2], data_offsets: [4, 8] } }, Uint8Array.of(0x00, 0x3e, 0x00, 0xb8, 0x80, 0x3f, 0x49, 0xc0))
  const opened = openSafetensors(bytes, 'x')
  expect([...opened.read('h')]).toEqual([1.5, -0.5])
  expect([...opened.read('b')]).toEqual([1, -3.140625])
  const streamed = await openWeights([{ name: 'x', bytes: new Blob([bytes]) }])
  expect([...await streamed.read('b')]).toEqual([1, -3.140625])
  expect([streamed.dtype('h'), streamed.sizeOf('h'), streamed.size]).toEqual(['F16', 4, 8])
})

test('weights are read piece by piece: opening takes no more than the header, and a read no more than its rows', async () => {
  const bytes = new Blob([writeSafetensors([tensor('a', [4, 3]), tensor('b', [2], 100)])])
  const read: [number, number][] = []
  const slice = bytes.slice.bind(bytes)
  bytes.slice = (from = 0, to = bytes.size) => {
    read.push([from, to])
    return slice(from, to)
  }
  const weights = await openWeights([{ name: 'm', bytes }])
  const start = bytes.size - 14 * 4
  expect(Math.max(...read.map(([, to]) => to))).toBe(start)
  read.length = 0
  expect([...await weights.read('a', 3, 9)]).toEqual([3, 4, 5, 6, 7, 8])
  expect([...new Uint8Array(await weights.bytes('b', 4, 8))]).toEqual([...new Uint8Array(Float32Array.of(101).buffer)])
  expect(read).toEqual([[start + 12, start + 36], [start + 52, start + 56]])
  await expect(weights.bytes('b', 4, 12)).rejects.toThrow('m: tensor b has 8 bytes, so [4, 12) cannot be read of it')
  expect(() => weights.shape('c')).toThrow('m: tensor c is missing')
})

test('shards read as one file, in any order, with an index or without', async () => {
  const one = shard('model-00001-of-00002.safetensors', [tensor('a', [2, 2]), tensor('b', [3], 10)])
  const two = shard('model-00002-of-00002.safetensors', [tensor('c', [1], 20)])
  const map = { a: one.name, b: one.name, c: two.name }
  for (const index of [undefined, json({ weight_map: map }), json({ metadata: { total_size: 32 }, weight_map: map })]) {
    const weights = await openWeights([two, one], index)
    expect([...weights.names].sort()).toEqual(['a', 'b', 'c'])
    expect(weights.size).toBe(32)
    expect([...await weights.read('b')]).toEqual([10, 11, 12])
    expect([...await weights.read('c')]).toEqual([20])
  }
})

test('shards that are no whole, or that the index describes otherwise, are refused with both names and the remedy', async () => {
  const one = shard('model-00001-of-00002.safetensors', [tensor('a', [2, 2])])
  const two = shard('model-00002-of-00002.safetensors', [tensor('b', [3])])
  const right = { a: one.name, b: two.name }
  const refused = (files: readonly WeightFile[], index?: unknown) => expect(openWeights(files, index === undefined ? undefined : json(index))).rejects
  await refused([]).toThrow('model.safetensors is missing; give the whole model folder')
  await refused([one]).toThrow(`${one.name} is one of 2 files, but ${two.name} is missing; give the whole model folder`)
  await refused([one, one, two]).toThrow(`${one.name} was given twice`)
  await refused([one, { ...one, name: two.name }]).toThrow(`tensor a stands in ${one.name} and in ${two.name}; keep the files of one checkpoint only`)
  await refused([{ ...one, name: 'x.safetensors' }], { weight_map: { a: 'x.safetensors', b: 'y.safetensors' } }).toThrow('names y.safetensors, which is missing; give the whole model folder')
  await refused([one, two, shard('extra.safetensors', [tensor('q', [1])])], { weight_map: right }).toThrow('extra.safetensors is not named by model.safetensors.index.json; remove it')
  await refused([one, two], { weight_map: { ...right, z: two.name } }).toThrow(`says that tensor z stands in ${two.name}, but no file has it`)
  await refused([one, two], { weight_map: { a: two.name, b: one.name } }).toThrow(`says that tensor a stands in ${two.name}, but it stands in ${one.name}`)
  await refused([one, shard(two.name, [tensor('b', [3]), tensor('z', [1])])], { weight_map: right }).toThrow(`${two.name} has tensor z, which model.safetensors.index.json does not name`)
  await refused([one, two], { metadata: { total_size: 29 }, weight_map: right }).toThrow('states a total_size of 29 bytes, but the tensors of its files have 28')
  await refused([one, two], [1]).toThrow('has no weight_map')
})

test('a truncated, foreign or misdescribed file is refused by name with both numbers', async () => {
  const refused = (bytes: ArrayBuffer, message: string | RegExp) => {
    expect(() => openSafetensors(bytes, 'm')).toThrow(message)
    return expect(openWeights([{ name: 'm', bytes: new Blob([bytes]) }])).rejects.toThrow(message)
  }
  const t = (shape: unknown, offsets: unknown, dtype = 'F32') => ({ dtype, shape, data_offsets: offsets })
  await refused(new ArrayBuffer(4), 'm: 4 bytes are too few')
  await refused(new TextEncoder().encode('PAR1 is another kind of file').buffer, /m: the header claims \d+ bytes, but only 20 follow/)
  await refused(file('{"t": ', new Uint8Array(0)), 'm: the safetensors header is no JSON')
  await refused(file([], new Uint8Array(0)), 'm: the safetensors header is no JSON object')
  await refused(file({ t: t([4], [0, 16]) }, new Uint8Array(12)), /tensor t ends at byte \d+, but the file has \d+; the file is truncated/)
  await refused(file({ t: t([4], [0, 12]) }, new Uint8Array(12)), 'tensor t of shape [4] needs 16 bytes of F32, but has 12')
  await refused(file({ t: t([1], [0, 8], 'I64') }, new Uint8Array(8)), 'tensor t has type I64; F32, F16 and BF16 can be read')
  await refused(file({ t: t([1], [0, 8], 'toString') }, new Uint8Array(8)), 'tensor t has type toString')
  await refused(file({ t: t([-1], [0, 4]) }, new Uint8Array(4)), 'tensor t has shape [-1]; sides must be whole numbers from 0 on')
  await refused(file({ t: t([1], [-4, 0]) }, new Uint8Array(4)), 'tensor t has data_offsets [-4,0]; they must be two whole numbers from 0 on')
  await refused(file({ t: t([1], [0.5, 4.5]) }, new Uint8Array(8)), 'tensor t has data_offsets [0.5,4.5]')
  await refused(file({ t: t([1], [4, 0]) }, new Uint8Array(4)), 'tensor t ends at byte 0 of the data, before it begins at 4')
  await refused(file({ a: t([2], [0, 8]), b: t([2], [4, 12]) }, new Uint8Array(12)), /tensor b begins at byte \d+, inside tensor a, which ends at \d+/)
  await refused(file({ a: t([1], [0, 4]), b: t([1], [8, 12]) }, new Uint8Array(12)), /tensor b begins at byte \d+, but tensor a ends at \d+; bytes between them belong to no tensor/)
  await refused(file({ a: t([1], [0, 4]) }, new Uint8Array(6)), /tensor a ends at byte \d+, but the file has \d+; the rest belongs to no tensor/)
  await refused(file('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"b":{},"\\u0061":{}}', new Uint8Array(0)), 'm: the safetensors header names a twice')
  await refused(file({ t: null }, new Uint8Array(0)), 'tensor t has type undefined')
  expect(() => openSafetensors(writeSafetensors([]), 'm').read('q')).toThrow('m: tensor q is missing')
})

test('a header that claims more than the format allows is refused before it is read', async () => {
  const bytes = new Blob([])
  const prefix = new Uint8Array(8)
  new DataView(prefix.buffer).setBigUint64(0, 100_000_001n, true)
  Object.defineProperty(bytes, 'size', { value: 200_000_000 })
  bytes.slice = (from, to) => {
    expect([from, to]).toEqual([0, 8])
    return new Blob([prefix])
  }
  await expect(openWeights([{ name: 'm', bytes }])).rejects.toThrow('m: the header claims 100000001 bytes, but 100000000 are the most')
})

test('an empty tensor is one of no values, and names that look like parts of an object are names', async () => {
  const weights = await openWeights([{ name: 'm', bytes: writeSafetensors([tensor('__proto__', [1], 5), tensor('none', [0, 4]), tensor('constructor', [2], 7)]) }])
  expect([...weights.names]).toEqual(['__proto__', 'none', 'constructor'])
  expect([...await weights.read('__proto__')]).toEqual([5])
  expect(await weights.read('none')).toEqual(new Float32Array(0))
  expect([...await weights.read('constructor')]).toEqual([7, 8])
})

test('a file made tensor by tensor is read as it was meant, wide types first, whatever made its tensors', async () => {
  let alive = 0
  const lazy = (name: string, dtype: LazyTensor['dtype'], values: readonly number[]): LazyTensor => ({
    name, shape: [values.length], ...(dtype && { dtype }),
    data: () => {
      expect(++alive).toBe(1)
      return Promise.resolve(Float32Array.from(values)).finally(() => { alive-- })
    },
  })
  const tensors = [lazy('h', 'F16', [1.5, -0.5, 65504]), lazy('w', undefined, [1e-30]), lazy('b', 'BF16', [1, -3.140625]), { name: 'd', shape: [1, 1], data: Float32Array.of(4) }]
  async function* stream(): AsyncGenerator<LazyTensor> {
    for (const one of tensors) yield await Promise.resolve(one)
  }
  const blob = await safetensorsBlob(tensors)
  const weights = await openWeights([{ name: 'out', bytes: blob }])
  expect(weights.names).toEqual(['w', 'd', 'h', 'b'])
  expect([...await weights.read('h'), ...await weights.read('b')]).toEqual([1.5, -0.5, 65504, 1, -3.140625])
  expect([...await weights.read('w'), ...await weights.read('d')]).toEqual([Math.fround(1e-30), 4])
  expect(await (await safetensorsBlob(stream())).arrayBuffer()).toEqual(await blob.arrayBuffer())
  await expect(safetensorsBlob([{ name: 'h', shape: [1], dtype: 'F16', data: Float32Array.of(65520) }])).rejects.toThrow("tensor h: value 65520 is beyond float16's 65504; write it as BF16 or F32")
  await expect(safetensorsBlob([{ name: 'h', shape: [2], data: Float32Array.of(1) }])).rejects.toThrow('tensor h of shape [2] needs 2 values, but has 1')
  await expect(safetensorsBlob([tensors[3]!, tensors[3]!])).rejects.toThrow('tensor d was given twice')
})

test('whatever happens to a file\'s bytes, it is read as tensors of its own bytes or refused with its name', async () => {
  const whole = new Uint8Array(writeSafetensors([tensor('model.a', [4, 3]), tensor('"b\\', [2], 100), tensor('c', [0])]))
  const change = fc.array(fc.tuple(fc.nat(whole.length - 57), fc.nat(255)), { maxLength: 4 })
  await fc.assert(fc.asyncProperty(change, fc.nat(whole.length), fc.nat(3), async (changes, end, longer) => {
    const bytes = new Uint8Array(longer === 0 ? end : whole.length + longer - 1)
    bytes.set(whole.subarray(0, bytes.length))
    for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte
    try {
      const weights = await openWeights([{ name: 'm.safetensors', bytes: new Blob([bytes]) }])
      const read = await Promise.all(weights.names.map((name) => weights.bytes(name)))
      expect(read.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(weights.size)
    } catch (error) {
      expect((error as Error).message).toMatch(/^m\.safetensors: /)
    }
  }), { numRuns: 500, seed: 1 })
})
