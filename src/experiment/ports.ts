// What the loop needs from outside: it runs in the page, in the command line and in Node on fakes alike.
import type { Product } from '../domain/dataset.ts'
import type { Recommender } from '../domain/recommender.ts'
import type { PolicyService } from '../protocol/policy.ts'

/** The catalogue's products: what prompts and rewards of some tasks are made of. */
export interface Catalogue {
  readonly size: number
  /** by id, in the ids' order; undefined for ids that the catalogue lacks */
  readonly products: (ids: readonly string[]) => Promise<readonly (Product | undefined)[]>
  /** by place, 0 … size − 1 */
  readonly productsAt: (places: readonly number[]) => Promise<readonly Product[]>
}

export interface Ports {
  readonly policy: Pick<PolicyService, 'generate' | 'update' | 'supervise' | 'encode' | 'logLikelihood' | 'fixReference' | 'keep' | 'restore'>
  readonly recommender: Recommender
  /** needed by tasks that show products in their prompts, and by reward parts that look at products */
  readonly catalogue?: Catalogue
  /** milliseconds; only differences are used */
  readonly now: () => number
}
