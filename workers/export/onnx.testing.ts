// Reads back what onnx.ts writes, by the wire format alone: fields by number, nothing of the writer's own code.

type Bytes = Uint8Array<ArrayBuffer>
type Field = { readonly number: number; readonly value: number | Bytes }

/** The fields of a message in order: whole numbers (of 64 bits, unsigned), and everything else as bytes. */
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
    } else if (key % 8 === 5) {
      fields.push({ number, value: bytes.slice(at, at + 4) })
      at += 4
    } else throw new Error(`field ${number} has wire type ${key % 8}`)
  }
  if (at !== bytes.length) throw new Error(`a message of ${bytes.length} bytes ends at ${at}`)
  return fields
}

const values = (fields: readonly Field[], wanted: number): Field['value'][] => fields.flatMap(({ number, value }) => (number === wanted ? [value] : []))
export const blocks = (fields: readonly Field[], number: number): Bytes[] => values(fields, number).filter((value) => typeof value !== 'number')
export const wholes = (fields: readonly Field[], number: number): number[] => values(fields, number).filter((value) => typeof value === 'number')
export const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

/** A model's constants by name; `beside` holds the bytes of files beside it. */
export function constantsOf(model: Uint8Array<ArrayBuffer>, beside: ReadonlyMap<string, ArrayBuffer> = new Map()): Map<string, { dims: number[]; data: Float32Array | BigInt64Array }> {
  const graph = fieldsOf(blocks(fieldsOf(model), 7)[0]!)
  return new Map(blocks(graph, 5).map((bytes) => {
    const fields = fieldsOf(bytes)
    const raw = wholes(fields, 14)[0] === 1 ? external(fields, beside) : blocks(fields, 9)[0]!.buffer
    const data = wholes(fields, 2)[0] === 1 ? new Float32Array(raw) : new BigInt64Array(raw)
    return [text(blocks(fields, 8)[0]), { dims: wholes(fields, 1), data }]
  }))
}

function external(fields: readonly Field[], beside: ReadonlyMap<string, ArrayBuffer>): ArrayBuffer {
  const entries = new Map(blocks(fields, 13).map(fieldsOf).map((entry) => [text(blocks(entry, 1)[0]), text(blocks(entry, 2)[0])]))
  const [offset, length] = [Number(entries.get('offset')), Number(entries.get('length'))]
  return beside.get(entries.get('location')!)!.slice(offset, offset + length)
}
