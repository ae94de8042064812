// One product as bytes: the lengths of its texts, then the texts as UTF-8. Nothing in a text is special. A record that begins with a 0 has a picture's
// address, too: without one, the first byte is of the id's length, and a product without an id is written with an address of no letters. One that begins
// with a zero of two bytes, as no length is written, has numbers and tags besides, as JSON.
import type { Product } from '../../src/domain/dataset.ts'

/** lengths without and with a picture's address, and with numbers and tags */
const PARTS = 7
const PICTURED = 8
const WITH_FACTS = 9
/** a 32-bit length in groups of seven bits */
const MOST_LENGTH_BYTES = 5
/** UTF-8 needs at most three bytes for a UTF-16 unit */
const UTF8_PER_UNIT = 3

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

type Facts = Pick<Product, 'tags' | 'numbers'>

/** Encodes products one after the other into memory of its own; what it returns is valid until the next call. */
export class RecordEncoder {
  #memory = new Uint8Array(64 * 1024)

  /**
   * Lengths count UTF-16 units, so that a record is decoded by one call and cut by them; the category's and the picture's are one more than
   * their length, and 0 where there is none. A lone surrogate becomes U+FFFD, one unit as well.
   */
  encode({ id, title, description, bullets, brand, color, category, image, tags, numbers }: Product): Uint8Array {
    const facts = tags === undefined && numbers === undefined ? '' : JSON.stringify({ tags, numbers } satisfies { [name in keyof Facts]: unknown })
    const text = id + title + description + bullets + brand + color + (category ?? '') + (image ?? '') + facts
    const pictured = image !== undefined || id === '' || facts !== ''
    const most = 2 + WITH_FACTS * MOST_LENGTH_BYTES + text.length * UTF8_PER_UNIT
    if (this.#memory.length < most) this.#memory = new Uint8Array(most * 2)
    let at = 0
    const put = (length: number): void => {
      let left = length
      for (; left >= 0x80; left = Math.floor(left / 0x80)) this.#memory[at++] = (left % 0x80) + 0x80
      this.#memory[at++] = left
    }
    if (facts !== '') this.#memory[at++] = 0x80
    if (pictured) this.#memory[at++] = 0
    put(id.length)
    put(title.length)
    put(description.length)
    put(bullets.length)
    put(brand.length)
    put(color.length)
    put(category === undefined ? 0 : category.length + 1)
    if (pictured) put(image === undefined ? 0 : image.length + 1)
    if (facts !== '') put(facts.length)
    const { written } = encoder.encodeInto(text, this.#memory.subarray(at))
    return this.#memory.subarray(0, at + written)
  }
}

/** of the record that is being decoded */
const lengths = new Float64Array(WITH_FACTS)

/** The product that `bytes` hold. Throws where the lengths and the text don't fit each other. */
export function decodeRecord(bytes: Uint8Array): Product {
  const parts = bytes[0] === 0 ? PICTURED : bytes[0] === 0x80 && bytes[1] === 0 ? WITH_FACTS : PARTS
  let at = parts - PARTS
  for (let part = 0; part < parts; part++) {
    let length = 0
    let scale = 1
    let byte: number
    do {
      byte = bytes[at++] ?? NaN
      length += (byte % 0x80) * scale
      scale *= 0x80
    } while (byte >= 0x80)
    lengths[part] = length
  }
  const text = decoder.decode(bytes.subarray(at))
  let start = 0
  let part = 0
  const cut = (): string => text.slice(start, start += lengths[part++]!)
  const product: Product = { id: cut(), title: cut(), description: cut(), bullets: cut(), brand: cut(), color: cut() }
  /** a text that may be absent */
  const cutMarked = (): string | undefined => {
    const marked = lengths[part++]!
    return marked === 0 ? undefined : text.slice(start, start += marked - 1)
  }
  const category = cutMarked()
  const image = parts === PARTS ? undefined : cutMarked()
  const facts = parts === WITH_FACTS ? cut() : ''
  if (start !== text.length) throw new Error(`a product's record has ${text.length} letters where its lengths add up to ${start}`)
  return {
    ...product, ...(category === undefined ? {} : { category }), ...(image === undefined ? {} : { image }), ...(facts === '' ? {} : JSON.parse(facts) as Facts),
  }
}
