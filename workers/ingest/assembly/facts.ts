// Numbers, tags and categories of products whose texts come later: columns by product number, so that a million products cost eight bytes a number.
import type { Product } from '../../../src/domain/dataset.ts'
import { integers, Numbered } from './numbers.ts'

type Facts = Pick<Product, 'numbers' | 'tags' | 'category'>

/** A column by product number; NaN where the product tells nothing. */
class Sparse {
  private values = new Float64Array(1024).fill(Number.NaN)

  get(at: number): number | undefined {
    const value = this.values[at]
    return value === undefined || Number.isNaN(value) ? undefined : value
  }

  /** Keeps the first value of each place. */
  set(at: number, value: number): void {
    if (at >= this.values.length) {
      const larger = new Float64Array(Math.max(at + 1, this.values.length * 2)).fill(Number.NaN)
      larger.set(this.values)
      this.values = larger
    }
    if (Number.isNaN(this.values[at]!)) this.values[at] = value
  }
}

export class FactTable {
  private readonly columns = new Map<string, Sparse>()
  private readonly words = new Numbered()
  /** all lists one after the other, each with its length before it */
  private readonly lists = integers()
  private readonly listOf = new Sparse()
  private readonly categoryOf = new Sparse()
  private readonly told = integers()
  private readonly met = new Sparse()

  add(product: number, { numbers = {}, tags, category }: Facts): void {
    if (this.met.get(product) === undefined) {
      this.met.set(product, 1)
      this.told.push(product)
    }
    for (const [name, value] of Object.entries(numbers)) {
      let column = this.columns.get(name)
      if (column === undefined) this.columns.set(name, column = new Sparse())
      column.set(product, value)
    }
    if (category !== undefined) this.categoryOf.set(product, this.words.of(category))
    if (tags === undefined || this.listOf.get(product) !== undefined) return
    this.listOf.set(product, this.lists.length)
    this.lists.push(tags.length)
    for (const tag of tags) this.lists.push(this.words.of(tag))
  }

  /** What is known of a product, its own facts included where nothing else is told; undefined where nothing was told of it. */
  of(product: number, own: Facts): Facts | undefined {
    if (this.met.get(product) === undefined) return undefined
    const numbers: Record<string, number> = { ...own.numbers }
    for (const [name, column] of this.columns) {
      const value = column.get(product)
      if (value !== undefined) numbers[name] = value
    }
    const start = this.listOf.get(product)
    const lists = this.lists.view
    const tags = start === undefined ? own.tags : Array.from(lists.subarray(start + 1, start + 1 + lists[start]!), (word) => this.words.texts[word]!)
    const filed = this.categoryOf.get(product)
    const category = filed === undefined ? own.category : this.words.texts[filed]!
    return { ...(Object.keys(numbers).length > 0 ? { numbers } : {}), ...(tags === undefined ? {} : { tags }), ...(category === undefined ? {} : { category }) }
  }

  /** products that anything was told of, in the order in which it was */
  get known(): readonly number[] {
    return [...this.told.view]
  }
}
