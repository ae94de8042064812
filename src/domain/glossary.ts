// What the page's terms mean, each with its formula and where that comes from: shown at the term itself, and together as help.
import type { RewardPart } from './rewards/weights.ts'
import type { TaskTerm } from './tasks/terms.ts'

export interface Entry {
  readonly term: string
  readonly words: string
  /** as plain text; absent where nothing is computed */
  readonly formula?: string
  /** paper and equation, or the software whose definition it is; absent where it is ours */
  readonly source?: string
}

export const GLOSSARY = {
  reward: {
    term: 'Reward',
    words: 'What one output earned: a weighted sum of named parts, the largest of them usually the NDCG of the ranking that the output brought. Parts and weights are edited under Reward.',
    formula: 'r = Σ weight(part) · part',
    source: 'Rec-R1 (arXiv 2503.24289), section 3; its released reward is the weights 1, 0.1 and −2 on NDCG, format and malformed',
  },
  advantage: {
    term: 'Advantage',
    words: 'How much better a rollout did than the others of its group. Above 0 its tokens become likelier, below 0 less likely.',
    formula: 'A_i = (r_i − mean(r)) / (std(r) + ε), over the G rollouts of one query',
    source: 'DeepSeekMath (arXiv 2402.03300), section 4.1; std with n − 1, as TRL',
  },
  group: {
    term: 'Group', words: 'The G rollouts of one query in one step. Rewards are compared within it, so no value model is needed.',
    source: 'DeepSeekMath (arXiv 2402.03300), section 4.1',
  },
  zeroSpread: {
    term: 'Zero-spread group',
    words: 'A group whose rollouts all earned the same: every advantage is 0 and it teaches nothing. All good: all earned the same above zero. All bad: at or below zero.',
    formula: 'max(r) − min(r) ≤ 1e-6', source: 'DAPO (arXiv 2503.14476), section 3.2, samples more until there are none; here they are counted',
  },
  kl: {
    term: 'KL to the start',
    words: 'How far the policy has moved from the one that the stage began with, in nats a token. 0 at the beginning. A little is learning; a lot is another language.',
    formula: 'k3 = exp(d) − d − 1, d = log π_ref − log π, mean over completion tokens',
    source: 'Schulman 2020, Approximating KL Divergence; DeepSeekMath (arXiv 2402.03300), equation 4',
  },
  entropy: {
    term: 'Entropy',
    words: 'How undecided the policy is about its next token, in nats. It falls as training goes on; near 0 all rollouts of a group are alike and nothing is explored.',
    formula: 'H = −Σ π(v) log π(v), mean over completion tokens',
  },
  ratio: {
    term: 'Clip share',
    words: 'Share of tokens whose probability has moved so far from the sampling policy’s that they no longer push. With one update per batch every ratio is 1 and nothing can be clipped.',
    formula: 'π / π_old < 1 − clipLow with A < 0, or > 1 + clipHigh with A > 0', source: 'PPO (arXiv 1707.06347), equation 7; two bounds: DAPO (arXiv 2503.14476)',
  },
  format: {
    term: 'Format rate', words: 'Share of outputs that keep the asked form: a thought and an answer in their tags, and JSON with a query inside. Training reads strictly, evaluation leniently.',
    source: 'Rec-R1’s released reward functions',
  },
  gradNorm: {
    term: 'Gradient norm', words: 'Length of the gradient before clipping. A spike means that a few rollouts pull hard; a rise over many steps means that the step size is too large.',
    formula: '‖g‖ = √Σ g²; g is scaled by maxGradNorm / ‖g‖ where that is below 1', source: 'Pascanu et al. 2013 (arXiv 1211.5063)',
  },
  gap: {
    term: 'Sampler–trainer gap',
    words: 'Largest difference between the log-probability under which a token was sampled and the one that training computes for it, before any update. One engine does both: it is rounding, and 1e-4 is right.',
    formula: 'max |log π_sampler − log π_trainer|',
  },
  ndcg: {
    term: 'NDCG@k',
    words: 'How high the relevant products stand among the first k, 1 when none could stand higher. A product counts where it first appears; binary on Exact unless gains are graded.',
    formula: 'Σ gain(i) / log2(i + 1) over ranks i ≤ k, divided by the same sum of the best ranking', source: 'Järvelin and Kekäläinen 2002, linear gains; trec_eval’s ndcg_cut',
  },
  recall: { term: 'Recall@k', words: 'Share of the relevant products that stand among the first k.', formula: '|relevant ∩ first k| / |relevant|', source: 'trec_eval’s recall' },
  bm25: {
    term: 'BM25',
    words: 'A lexical score: rare words weigh more, repetition adds less and less, long texts are held back.',
    formula: 'Σ idf(t) · tf (k1 + 1) / (tf + k1 (1 − b + b · length / mean length))', source: 'Robertson and Zaragoza 2009; Lucene 8 leaves the factor (k1 + 1) out, MiniSearch 7 adds a lower bound (BM25+): both to their own rounding',
  },
  interval: {
    term: '95 % interval', words: 'Where the mean would fall for 95 of 100 redrawn sets of queries like these. It says nothing about other seeds of the training.',
    formula: 'percentiles 2.5 and 97.5 of the means of queries drawn with replacement', source: 'Efron 1979; Sakai 2006 for retrieval measures',
  },
  p: {
    term: 'p', words: 'How often a difference at least this large would come by chance if the two systems were alike: signs of the per-query differences are flipped at random.',
    formula: 'share of sign flips with |mean| ≥ the one seen, two-sided', source: 'Smucker, Allan and Carterette 2007, paired randomisation test',
  },
  unjudged: { term: 'Unjudged', words: 'A product that nobody labelled for this query. It counts as irrelevant, which is unfair to a system that finds new good products: look at the number before trusting a fall.', source: 'Buckley and Voorhees 2004' },
  labels: { term: 'E, S, C, I', words: 'Exact: what was asked for. Substitute: would do. Complement: goes with it. Irrelevant: neither.', source: 'Shopping Queries Dataset (arXiv 2206.06588)' },
  rbo: {
    term: 'RBO', words: 'How alike two rankings are, the first ranks weighing most: 1 is the same, 0 has nothing in common.',
    formula: '(1 − p) Σ p^(d−1) · |A_d ∩ B_d| / d, extrapolated beyond the depth that is seen; p = 0.9', source: 'Webber, Moffat and Zobel 2010, equation 32',
  },
  lora: { term: 'LoRA', words: 'Trains small matrices beside frozen weights: less memory, and a file of a few megabytes to hand on.', formula: 'W x + (alpha / r) B A x', source: 'arXiv 2106.09685' },
  sft: { term: 'Imitation (SFT)', words: 'Training to repeat given outputs, before or instead of learning from the reward.', formula: 'mean −log π(token)' },
  checkpoint: { term: 'Checkpoint', words: 'The trained weights and the optimiser’s state after a step, kept in this browser: a run goes on from it to the same bytes, and another run can branch off from it.' },
  smoothing: {
    term: 'Smoothing', words: 'A moving average drawn over the faint raw curve, without a bias towards its first value.',
    formula: 's = Σ w^(n−i) (1 − w) y_i / (1 − w^n)', source: 'TensorBoard; Adam’s bias correction (arXiv 1412.6980)',
  },
  thought: {
    term: 'Thought', words: 'What the policy writes before its answer. It is rewarded only by what the answer brings, so it may grow, become a template, or vanish: its length is to be watched.',
    source: 'DeepSeek-R1 (arXiv 2501.12948) shows growth; the released Rec-R1 outputs show collapse to one line',
  },
  front: {
    term: 'Pareto front', words: 'Outcomes that no other one beats in one respect without losing in the other. A run of several goals moves along it or, better, pushes it out.',
    formula: 'p is on the front unless some q has q.x ≥ p.x and q.y ≥ p.y, and is greater in one',
  },
  hacking: {
    term: 'Reward hacking', words: 'When the reward rises by something that nobody wanted: longer queries, repeated words (term counts are boosts in BM25), one answer for every query. The four curves show it before the examples do.',
  },
} as const satisfies Readonly<Record<string, Entry>>

/** A term of the table; or a part of the reward, or a word of the tasks, which are fetched with what shows them (rewards/terms.ts, tasks/terms.ts). */
export type TermName = keyof typeof GLOSSARY | `part-${RewardPart}` | `task-${TaskTerm}`
