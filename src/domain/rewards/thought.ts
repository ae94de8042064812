// How long a thought is, and what of it is beyond the budget.
import { eachWord } from '../analysis/wordBreaks.ts'
import type { PartOf } from './outcome.ts'

/** Words by Unicode's word breaks (UAX #29): a thought without spaces is not one word. */
export function thoughtWords(thought: string | undefined): number {
  if (thought === undefined) return 0
  let count = 0
  eachWord(thought, () => count++)
  return count
}

/** Words beyond thoughtBudget, as a share of it, at most 1; 0 without a budget. The length penalty of Kimi k1.5 (arXiv 2501.12599) is alike, but relative to the group. */
export const thought: PartOf<'thoughtBudget'> = (outcome, { thoughtBudget }) =>
  (thoughtBudget === 0 ? 0 : Math.min(1, Math.max(0, thoughtWords(outcome.thought) - thoughtBudget) / thoughtBudget))
