// The catalogue while files are read: texts go to the writer at once, and what stays is which ids it has and their departments.
import type { Product } from '../../../src/domain/dataset.ts'
import type { CatalogueWriter } from '../../store/catalogue.ts'
import { FactTable } from './facts.ts'
import { Numbered } from './numbers.ts'

const SAMPLES = 5

export class Catalogue {
  count = 0
  duplicates = 0
  untitled = 0
  readonly samples: Product[] = []
  /** of products that have them: how many tell each number, and how many have tags */
  readonly numbers = new Map<string, number>()
  tagged = 0
  /** what files of facts say of products that come after them */
  private readonly facts = new FactTable()
  /** by product number: 1 where the catalogue has it */
  private present = new Uint8Array(1024)
  /** by product number: the department's number, from 1 */
  private department = new Int32Array(1024)
  private readonly departments = new Numbered()

  /** `products` numbers the ids of catalogue, judgements and histories alike. */
  constructor(private readonly products: Numbered, private readonly writer: CatalogueWriter) {}

  add(product: Product, told: 'once' | 'again'): void {
    const number = this.numberOf(product.id)
    if (this.present[number] === 1) {
      if (told === 'once') this.duplicates++
      return
    }
    const facts = this.facts.of(number, product)
    const own = facts?.category ?? product.category
    const category = own ?? this.departmentOf(number)
    const whole = facts === undefined && category === own ? product : { ...product, ...facts, ...(category === undefined ? {} : { category }) }
    this.writer.add(whole)
    this.present[number] = 1
    this.count++
    if (whole.title + whole.description + whole.bullets + whole.brand + whole.color === '') this.untitled++
    if (whole.tags !== undefined) this.tagged++
    if (whole.numbers !== undefined) for (const name of Object.keys(whole.numbers)) this.numbers.set(name, (this.numbers.get(name) ?? 0) + 1)
    if (this.samples.length < SAMPLES) this.samples.push(whole)
  }

  /** Of two departments of one product the first stands. */
  file(productId: string, department: string): void {
    const number = this.numberOf(productId)
    if (this.department[number] === 0) this.department[number] = this.departments.of(department) + 1
  }

  /** What is known of a product that comes later. Of two files that tell the same the first stands. */
  learn(productId: string, told: Pick<Product, 'numbers' | 'tags' | 'category'>): void {
    this.facts.add(this.numberOf(productId), told)
  }

  /** how many products facts are known of that the catalogue lacks */
  get factsWithoutProduct(): number {
    return this.facts.known.filter((number) => !this.has(number)).length
  }

  has(number: number): boolean {
    return this.present[number] === 1
  }

  departmentOf(number: number): string | undefined {
    const department = this.department[number] ?? 0
    return department === 0 ? undefined : this.departments.texts[department - 1]
  }

  private numberOf(id: string): number {
    const number = this.products.of(id)
    if (number >= this.present.length) {
      const [present, department] = [this.present, this.department]
      this.present = new Uint8Array(number * 2)
      this.present.set(present)
      this.department = new Int32Array(number * 2)
      this.department.set(department)
    }
    return number
  }
}
