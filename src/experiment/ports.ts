// What the loop needs from outside: it runs in the page, in the command line and in Node on fakes alike.
import type { Recommender } from '../domain/recommender.ts'
import type { PolicyService } from '../protocol/policy.ts'

export interface Ports {
  readonly policy: Pick<PolicyService, 'generate' | 'update' | 'supervise' | 'encode' | 'fixReference' | 'keep' | 'restore'>
  readonly recommender: Recommender
  /** milliseconds; only differences are used */
  readonly now: () => number
}
