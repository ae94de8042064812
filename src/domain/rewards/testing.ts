// Outputs for the tests of reward parts.
import type { Product } from '../dataset.ts'
import { targetsOfGains } from '../metrics.ts'
import type { Outcome } from './outcome.ts'

export const product = (id: string, rest: Partial<Product> = {}): Product => ({ id, title: id, description: '', bullets: '', brand: '', color: '', ...rest })

interface Given extends Partial<Omit<Outcome, 'targets' | 'facts' | 'row'>> {
  /** the single entries of a list */
  readonly items?: readonly string[]
  readonly relevant?: readonly string[]
  readonly products?: readonly Product[]
  readonly row?: Partial<Outcome['row']>
}

/** An output that asks for a query, or for the list of `items`; `relevant` ids weigh 1 each. */
export function output({ items, relevant = [], products = [], row = {}, ...rest }: Given = {}): Outcome {
  const known = new Map(products.map((one) => [one.id, one]))
  return {
    request: { kind: 'query', query: items?.join(' ') ?? 'red mug', ...(items === undefined ? {} : { items }) },
    thought: undefined, cut: false, ids: items ?? [], k: 10, targets: targetsOfGains(relevant.map((id) => [id, 1])),
    facts: { product: (id) => known.get(id) }, ...rest,
    row: { id: 'q', text: 'mug', split: 'train', judgements: [], ...row },
  }
}

/** `a b c` as a list of ids; a dot stands for a name that matched nothing. */
export const ids = (text: string): string[] => text.split(' ').filter((id) => id !== '')
