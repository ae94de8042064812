// What each part of a reward is called and means, with its formula and where that comes from. Fetched with what shows it, not with the page.
import type { Entry } from '../glossary.ts'
import type { RewardPart } from './weights.ts'

/** Families in the order in which they are edited. */
export const PART_FAMILIES: readonly { readonly title: string; readonly parts: readonly RewardPart[] }[] = [
  { title: 'What is found', parts: ['ndcg', 'recall', 'mrr', 'hit', 'lcs'] },
  { title: 'Form of the output', parts: ['format', 'malformed', 'overlong', 'repetition', 'length', 'thought'] },
  { title: 'Faults of a list', parts: ['duplicates', 'strangers', 'wrongLength'] },
  { title: 'Beyond relevance', parts: ['diversity', 'novelty', 'coverage', 'freshness', 'business'] },
  { title: 'A formula of your own', parts: ['expression'] },
]

const LIST = 'Only answers that are lists have it.'

export const PART_TERMS: Readonly<Record<RewardPart, Entry>> = {
  ndcg: {
    term: 'NDCG (reward part)', words: 'How high the relevant products stand in the ranking that the output brought, down to trainK.',
    formula: 'Σ gain(i) / log2(i + 1) over ranks i ≤ trainK, divided by the same sum of the best ranking', source: 'Järvelin and Kekäläinen 2002; Rec-R1 (arXiv 2503.24289), section 3',
  },
  recall: { term: 'Recall (reward part)', words: 'Share of the relevant products among the first rewardK.', formula: '|relevant ∩ first K| / |relevant|', source: 'trec_eval’s recall' },
  mrr: { term: 'MRR (reward part)', words: 'How early the first relevant product comes, 0 beyond rewardK.', formula: '1 / rank of the first relevant product', source: 'Voorhees 1999, TREC-8 question answering' },
  hit: { term: 'Hit (reward part)', words: '1 where anything relevant stands among the first rewardK, else 0.', formula: '[relevant ∩ first K ≠ ∅]' },
  lcs: {
    term: 'Order, LCS (reward part)',
    words: 'How well a list keeps the order of the label sequence: its longest common subsequence with it, early places weighing more. RecLLM-R1 names the reward and prints no formula: the weights are ours.',
    formula: 'max over common subsequences of Σ w_j, w_j = 1 / log2(1 + j) at predicted place j, divided by Σ w_j over j ≤ min(k, m); k items asked for, m in the label', source: 'after RecLLM-R1',
  },
  format: {
    term: 'Format (reward part)', words: '1 where the format holds and something was found: as released, there is no bonus without a hit. A list’s hits are its own items.',
    source: 'Rec-R1’s released reward functions',
  },
  malformed: { term: 'Malformed (reward part)', words: '1 where the format is broken: a tag missing, doubled or out of order, or an answer that can’t be read.', source: 'Rec-R1’s released reward functions, with weight −2' },
  overlong: { term: 'Cut off (reward part)', words: '1 where the output was cut at maxNewTokens.' },
  repetition: { term: 'Repetition (reward part)', words: 'Share of repeated words in what is searched for. Term counts are boosts in BM25, so an undamped policy stutters.', formula: '1 − distinct words / words' },
  length: { term: 'Length (reward part)', words: 'Words of the rewrite beyond lengthFree.', formula: 'min(1, max(0, words − lengthFree) / lengthFree)' },
  thought: {
    term: 'Long thought (reward part)', words: 'Words of the thought beyond thoughtBudget; nothing without a budget.', formula: 'min(1, max(0, words − budget) / budget)',
    source: 'ours; the length penalty of Kimi k1.5 (arXiv 2501.12599) compares within the group',
  },
  duplicates: { term: 'Duplicates (reward part)', words: `Share of a list’s items that stood in it before. ${LIST}`, formula: '1 − distinct items / items' },
  strangers: { term: 'Strangers (reward part)', words: `Share of a list’s items outside the candidates, or of names that match no product: half of a name’s words must stand in the title, a rule of ours. ${LIST}`, formula: 'strangers / items' },
  wrongLength: { term: 'Wrong length (reward part)', words: `How far the list’s length is from listLength. ${LIST}`, formula: 'min(1, |items − k| / k); k items asked for' },
  diversity: {
    term: 'Diversity (reward part)', words: 'How unlike one another the first rewardK products are: by category, by brand, or by the words of their titles.',
    formula: 'mean over pairs of 1 − similarity; similarity is 1 within one category or brand, or the Jaccard index of title words', source: 'Ziegler et al. 2005, intra-list similarity turned round',
  },
  novelty: {
    term: 'Novelty (reward part)', words: 'How little known the first rewardK products are, by the training rows that hold them.',
    formula: 'mean of log2(U / max(1, k)) / log2(U); U training rows, k of which hold the product', source: 'Zhou et al. 2010, PNAS 107(10), as a share of its largest value',
  },
  coverage: {
    term: 'Coverage (reward part)', words: 'A rollout’s share in what the step shows of the catalogue: a product that several rollouts show credits each of them a part.',
    formula: 'mean over the first K of 1 / rollouts that show the product (its Shapley value)', source: 'catalogue coverage: Ge, Delgado-Battenfeld and Jannach 2010',
  },
  freshness: { term: 'Freshness (reward part)', words: 'How new the first rewardK products are, by freshnessColumn. A product without a number counts 0.', formula: 'mean of (x − min) / (max − min) over the catalogue’s range' },
  business: {
    term: 'Business (reward part)', words: 'What the shop earns of the first rewardK products: any numeric column, as price, margin or stock. A product without a number counts 0; a negative weight prefers less.',
    formula: 'mean of (x − min) / (max − min) over the catalogue’s range',
  },
  expression: {
    term: 'Expression (reward part)', words: 'A formula over the other parts. What has no finite value — a division by zero, the logarithm of nothing — counts 0; the result is kept between −10 and 10.',
    formula: '+ − * / ^, < <= > >= == != (1 or 0), min, max, abs, sqrt, log, exp',
  },
}
