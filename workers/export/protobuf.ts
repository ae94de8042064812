// Protocol buffers' wire format, as far as ONNX needs it. A message is a list of parts, so that gigabytes of weights in Blobs are never joined in memory.

export type Bytes = Uint8Array<ArrayBuffer>
export type Part = Bytes | Blob

export interface Message {
  readonly size: number
  readonly parts: readonly Part[]
}

const VARINT = 0
const FIXED32 = 5
const LENGTH_DELIMITED = 2
const utf8 = new TextEncoder()

const sizeOf = (part: Part): number => (part instanceof Blob ? part.size : part.length)

export function message(...fields: readonly Message[]): Message {
  return { size: fields.reduce((sum, { size }) => sum + size, 0), parts: fields.flatMap(({ parts }) => parts) }
}

/** A number of 64 bits, seven at a time; below zero as two's complement. */
function varint(value: number): number[] {
  if (!Number.isSafeInteger(value)) throw new Error(`onnx: ${value} is no whole number that 53 bits hold`)
  const bytes: number[] = []
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)]
    bytes.push(Number(rest & 127n) | 128)
  }
}

function raw(...bytes: readonly number[]): Message {
  return { size: bytes.length, parts: [Uint8Array.from(bytes)] }
}

/** A field of whole-number type. */
export const whole = (field: number, value: number): Message => raw(...varint(field * 8 + VARINT), ...varint(value))

/** A field of type float. */
export const float = (field: number, value: number): Message => raw(...varint(field * 8 + FIXED32), ...new Uint8Array(Float32Array.of(value).buffer))

/** A field of bytes, text or message type. */
export function block(field: number, content: Message | Part | string): Message {
  const part = typeof content === 'string' ? utf8.encode(content) : content
  const inner: Message = part instanceof Blob || part instanceof Uint8Array ? { size: sizeOf(part), parts: [part] } : part
  return message(raw(...varint(field * 8 + LENGTH_DELIMITED), ...varint(inner.size)), inner)
}

/** The message in one piece. Throws when a part is a Blob: such a message becomes a Blob itself. */
export function joined({ size, parts }: Message): Bytes {
  const all = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    if (part instanceof Blob) throw new Error('onnx: a message with weights in a Blob is written as a Blob')
    all.set(part, at)
    at += part.length
  }
  return all
}
