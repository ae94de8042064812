// Reads back what onnx.ts writes, by the wire format alone: fields by number, nothing of the writer's own code.

type Bytes = Uint8Array<ArrayBuffer>
type Field = { readonly number: number; readonly value: number | Bytes }

/** The fields of a message in order: whole numbers, and everything else as bytes. */
export function fieldsOf(bytes: Uint8Array<ArrayBuffer>): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const key = varint()
    const number = Math.floor(key / 8)
    if (key % 8 === 0) fields.push({ number, value: varint() })
    else if (key % 8 === 2) {
      const length = varint()
      fields.push({ number, value: bytes.slice(at, at + length) })
      at += length
    } else throw new Error(`field ${number} has wire type ${key % 8}`)
  }
  if (at !== bytes.length) throw new Error(`a message of ${bytes.length} bytes ends at ${at}`)
  return fields
}

const values = (fields: readonly Field[], wanted: number): Field['value'][] => fields.flatMap(({ number, value }) => (number === wanted ? [value] : []))
export const blocks = (fields: readonly Field[], number: number): Bytes[] => values(fields, number).filter((value) => typeof value !== 'number')
export const wholes = (fields: readonly Field[], number: number): number[] => values(fields, number).filter((value) => typeof value === 'number')
export const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

/** A model's constants by name. */
export function constantsOf(model: Uint8Array<ArrayBuffer>): Map<string, { dims: number[]; data: Float32Array | BigInt64Array }> {
  const graph = fieldsOf(blocks(fieldsOf(model), 7)[0]!)
  return new Map(blocks(graph, 5).map((bytes) => {
    const fields = fieldsOf(bytes)
    const raw = blocks(fields, 9)[0]!.buffer
    const data = wholes(fields, 2)[0] === 1 ? new Float32Array(raw) : new BigInt64Array(raw)
    return [text(blocks(fields, 8)[0]), { dims: wholes(fields, 1), data }]
  }))
}
