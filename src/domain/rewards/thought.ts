// How long a thought is, and what of it is beyond the budget.
import type { PartOf } from './outcome.ts'

/** An ideograph or a kana is a word; else what stands between them and white space. */
const WORDS = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|[^\s\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]+/gu
const SAYS = /[\p{L}\p{N}]/u

/** Words with a letter or a digit: between spaces, and one for each character of scripts that write none. Thoughts are counted in every rollout, so it is quick. */
export function thoughtWords(thought: string | undefined): number {
  let count = 0
  for (const [word] of thought?.matchAll(WORDS) ?? []) if (SAYS.test(word)) count++
  return count
}

/** Words beyond thoughtBudget, as a share of it, at most 1; 0 without a budget. The length penalty of Kimi k1.5 (arXiv 2501.12599) is alike, but relative to the group. */
export const thought: PartOf<'thoughtBudget'> = (outcome, { thoughtBudget }) =>
  (thoughtBudget === 0 ? 0 : Math.min(1, Math.max(0, thoughtWords(outcome.thought) - thoughtBudget) / thoughtBudget))
