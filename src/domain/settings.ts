// Every setting of a run in one table: the form, the URL, the command line and the run's record are all derived from it.

interface Common<Kind extends string, Value> {
  readonly name: string
  readonly group: SettingGroup
  readonly kind: Kind
  readonly default: Value
  /** what one of it is: 'steps', 'tokens'; the empty string for pure numbers */
  readonly unit: string
  /** one or two sentences, with the source of a formula or of a value */
  readonly explanation: string
}

export type SettingSpec =
  | (Common<'integer' | 'number', number> & { readonly min: number; readonly max: number })
  | Common<'boolean', boolean>
  | (Common<'choice', string> & { readonly choices: readonly string[] })
  /** a comma-separated list of `items`, or `all` */
  | (Common<'text', string> & { readonly items: readonly string[] })
  /** a text of the person's own, checked by its form; outer spaces count where the form is `any` */
  | (Common<'free', string> & { readonly form: FreeForm; readonly example: string })

/** Any one line; a web address without name and password; the same or none; numbers with commas, or none; a request body with {{query}}, or none; a formula over reward parts, or none. */
export type FreeForm = 'any' | 'address' | 'origin' | 'numbers' | 'template' | 'expression'

/** Groups in the order in which a form shows them. */
export const SETTING_GROUPS = [
  'run', 'recommender', 'task', 'sampling', 'reward', 'advantage', 'objective', 'optimiser', 'weights', 'evaluation', 'sft',
] as const
export type SettingGroup = (typeof SETTING_GROUPS)[number]

/** Names of published linear layers that an adapter can sit on (the same list as LORA_TARGETS of the policy protocol). */
export const LINEAR_LAYERS = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const

const U32 = 4294967295

/** Draws for each query of the paired comparison, before and after. */
export const PAIRED_SAMPLES = 2

/** What a hybrid may be made of. */
export const HYBRID_PARTS = ['minisearch', 'bm25', 'lucene', 'dense', 'http'] as const

export const SETTINGS = [
  { name: 'preset', group: 'run', kind: 'choice', default: 'sample', unit: '', 
    choices: [
      'sample', 'sample-dense', 'sample-history', 'sample-rerank', 'sample-names', 'sample-profile', 'sample-recllm',
      'shards', 'qwen2.5-0.5b', 'rec-r1', 'rec-r1-as-released', 'rec-r1-dense', 'rec-r1-c4', 'rec-r1-beauty', 'recllm-r1',
    ],
    explanation: 'Values to start from: a task on the embedded shop, your own shards, a real model with adapters, the published scripts, or what the released code does.' },
  { name: 'seed', group: 'run', kind: 'integer', default: 1, unit: '', min: 0, max: U32,
    explanation: 'The one source of chance: data order, sampling, validation split, adapter initialisation and resampling tests follow from it.' },
  { name: 'stages', group: 'run', kind: 'choice', default: 'grpo', unit: '', choices: ['grpo', 'sft,grpo', 'sft', 'prompt'],
    explanation: 'What a run does, in order: sft imitates given outputs, grpo learns from the reward; prompt only measures the policy as it is.' },
  { name: 'steps', group: 'run', kind: 'integer', default: 60, unit: 'steps', min: 1, max: 100000,
    explanation: 'GRPO steps; each samples, ranks, rewards and updates once.' },
  { name: 'promptsPerStep', group: 'run', kind: 'integer', default: 16, unit: 'queries', min: 1, max: 1024,
    explanation: 'Training queries per step, P. Every epoch is a new order; queries that fill no whole step at its end wait for the next.' },
  { name: 'groupSize', group: 'run', kind: 'integer', default: 8, unit: 'rollouts', min: 2, max: 256,
    explanation: 'Rollouts per query, G: rewards are compared within this group (12 in the released scripts).' },

  { name: 'recommender', group: 'recommender', kind: 'choice', default: 'minisearch', unit: '',
    choices: ['minisearch', 'bm25', 'lucene', 'dense', 'hybrid', 'http'],
    explanation: 'What ranks: MiniSearch’s own scoring, BM25 over weighted fields, Lucene’s over one text, embeddings, a hybrid of them, or a server.' },
  { name: 'analyzer', group: 'recommender', kind: 'choice', default: 'auto', unit: '', choices: ['auto', 'plain', 'lucene'],
    explanation: 'Text is split at spaces and punctuation (plain), or goes through Lucene’s English chain. Auto: lucene for lucene, else plain.' },
  { name: 'mode', group: 'recommender', kind: 'choice', default: 'corrected', unit: '', choices: ['corrected', 'as-released'],
    explanation: 'As released, every query is wrapped in a way that loses its first word when that begins with a letter.' },
  { name: 'queryMode', group: 'recommender', kind: 'choice', default: 'bag', unit: '', choices: ['bag', 'boolean'],
    explanation: 'A query is a bag of words, or its AND, OR, NOT, quotes, parentheses, + and − filter what the words then score.' },
  { name: 'k1', group: 'recommender', kind: 'number', default: 1.2, unit: '', min: 0, max: 100,
    explanation: 'BM25’s saturation: how much a repeated term still adds (Robertson and Zaragoza 2009).' },
  { name: 'b', group: 'recommender', kind: 'number', default: -1, unit: '', min: -1, max: 1,
    explanation: 'BM25’s length normalisation, 0 to 1. Below 0 the scoring takes its own: 0.7 in minisearch, 0.75 in bm25 and lucene.' },
  { name: 'titleWeight', group: 'recommender', kind: 'number', default: 1, unit: '', min: 0, max: 100,
    explanation: 'Weight of titles in lexical scores; 0 leaves them out. Lucene’s one text knows only in and out.' },
  { name: 'descriptionWeight', group: 'recommender', kind: 'number', default: 1, unit: '', min: 0, max: 100,
    explanation: 'Weight of descriptions in lexical scores; 0 leaves them out.' },
  { name: 'bulletsWeight', group: 'recommender', kind: 'number', default: 1, unit: '', min: 0, max: 100,
    explanation: 'Weight of bullet points in lexical scores; 0 leaves them out.' },
  { name: 'brandWeight', group: 'recommender', kind: 'number', default: 1, unit: '', min: 0, max: 100,
    explanation: 'Weight of brands in lexical scores; 0 leaves them out.' },
  { name: 'colorWeight', group: 'recommender', kind: 'number', default: 1, unit: '', min: 0, max: 100,
    explanation: 'Weight of colours in lexical scores; 0 leaves them out.' },
  { name: 'encoder', group: 'recommender', kind: 'free', form: 'any', default: 'sample', unit: '', example: 'sentence-transformers/all-MiniLM-L6-v2',
    explanation: 'The sentence-embedding model of dense: sample for the embedded one, an id of the model hub, or the name of a dropped folder.' },
  { name: 'pooling', group: 'recommender', kind: 'choice', default: 'mean', unit: '', choices: ['mean', 'cls'],
    explanation: 'How token vectors become one: their mean, or the first token’s. The encoder’s card says which it was trained with.' },
  { name: 'queryPrefix', group: 'recommender', kind: 'free', form: 'any', default: '', unit: '', example: 'query: ',
    explanation: 'Put before every query by encoders that were trained so, its last space included.' },
  { name: 'productPrefix', group: 'recommender', kind: 'free', form: 'any', default: '', unit: '', example: 'passage: ',
    explanation: 'Put before every product’s text by encoders that were trained so, its last space included.' },
  { name: 'hybridParts', group: 'recommender', kind: 'text', default: 'bm25,dense', unit: '', items: HYBRID_PARTS,
    explanation: 'What a hybrid is made of, separated by commas; each part ranks by the settings above.' },
  { name: 'hybridFusion', group: 'recommender', kind: 'choice', default: 'rrf', unit: '', choices: ['rrf', 'weighted'],
    explanation: 'Rankings join by the sum of 1 / (constant + rank) (Cormack et al. 2009), or of scores brought to 0 to 1 by query.' },
  { name: 'rrfConstant', group: 'recommender', kind: 'number', default: 60, unit: '', min: 0, max: 10000,
    explanation: 'The constant of 1 / (constant + rank): the larger it is, the less the first ranks stand out.' },
  { name: 'hybridWeights', group: 'recommender', kind: 'free', form: 'numbers', default: '', unit: '', example: '0.4,0.6',
    explanation: 'Of weighted sums: a weight for each part in the order of hybridParts, separated by commas; none weighs them alike.' },
  { name: 'hybridDepth', group: 'recommender', kind: 'integer', default: 1000, unit: 'products', min: 1, max: 10000,
    explanation: 'How deep each part of a hybrid is asked; at least as deep as the hybrid itself.' },
  { name: 'httpEngine', group: 'recommender', kind: 'choice', default: 'elasticsearch', unit: '', choices: ['elasticsearch', 'opensearch', 'json'],
    explanation: 'What the server speaks: _search and _msearch of Elasticsearch or OpenSearch, or the plain JSON contract of the README.' },
  { name: 'httpUrl', group: 'recommender', kind: 'free', form: 'address', default: 'http://localhost:9200/products', unit: '',
    example: 'https://search.example.org/products',
    explanation: 'Address of the index (Elasticsearch, OpenSearch) or of the endpoint (json). Authentication is kept apart, in memory only.' },
  { name: 'httpTemplate', group: 'recommender', kind: 'free', form: 'template', default: '', unit: '',
    example: '{"query": {"match": {"title": "{{query}}"}}, "size": {{k}}}',
    explanation: 'Request body of Elasticsearch and OpenSearch with {{query}} and {{k}}; none searches title, description, bullets, brand, color.' },
  { name: 'httpIdField', group: 'recommender', kind: 'free', form: 'any', default: '_id', unit: '', example: '_id',
    explanation: 'Where a hit of Elasticsearch or OpenSearch says its product id: _id, or a field of the document.' },
  { name: 'httpConcurrency', group: 'recommender', kind: 'integer', default: 4, unit: 'requests', min: 1, max: 64,
    explanation: 'Most requests to the server at one time.' },
  { name: 'httpTimeout', group: 'recommender', kind: 'integer', default: 10000, unit: 'ms', min: 10, max: 600000,
    explanation: 'How long one request may take before it counts as failed.' },
  { name: 'httpRetries', group: 'recommender', kind: 'integer', default: 3, unit: 'retries', min: 0, max: 20,
    explanation: 'How often a failed request is repeated, waiting twice as long each time, before its rollouts go without a reward.' },

  { name: 'task', group: 'task', kind: 'choice', default: 'product-search', unit: '',
    choices: ['product-search', 'dense-search', 'pseudo-review', 'sequential', 'rerank', 'open-set', 'augmentation', 'recllm'],
    explanation: 'What the policy writes: a query to search for, terms from a purchase history, an order of candidates, names of items, a profile, or a reasoned list.' },
  { name: 'template', group: 'task', kind: 'choice', default: 'compact', unit: '', choices: ['compact', 'rec-r1'],
    explanation: 'Prompt frame: the released one, or a short instruction that asks for the same tags and JSON.' },
  { name: 'thinking', group: 'task', kind: 'boolean', default: true, unit: '',
    explanation: 'Whether the policy writes a thought first; off, an empty thought is already written for it.' },
  { name: 'answerForm', group: 'task', kind: 'choice', default: 'json', unit: '', choices: ['json', 'plain'],
    explanation: 'What stands between the answer tags: JSON, or the answer itself. With thinking on or off these are the four output modes of the released SFT.' },
  { name: 'thoughtBudget', group: 'task', kind: 'integer', default: 0, unit: 'words', min: 0, max: 4096,
    explanation: 'Words that a thought may have before the thought part of the reward counts them; 0 sets no budget.' },
  { name: 'historyLength', group: 'task', kind: 'integer', default: 10, unit: 'items', min: 1, max: 200,
    explanation: 'Latest items of a history that the prompt tells (10 in Rec-R1, 50 in the benchmark).' },
  { name: 'historySplit', group: 'task', kind: 'choice', default: 'auto', unit: '', choices: ['auto', 'files', 'last-out', 'time'],
    explanation: 'Histories are split as their files say, by leaving the last item out, or by time. Auto: as the files say where they do, else last-out.' },
  { name: 'historySetting', group: 'task', kind: 'choice', default: 'both', unit: '', choices: ['both', 'transductive', 'inductive'],
    explanation: 'Test rows whose items all stand in training (transductive), or none does (inductive). Both: every row; a split by time draws these kinds alone.' },
  { name: 'seenItems', group: 'task', kind: 'choice', default: 'kept', unit: '', choices: ['kept', 'removed'],
    explanation: 'Items that the person already has stay in rankings, as released, or are taken out.' },
  { name: 'candidates', group: 'task', kind: 'choice', default: 'recommender', unit: '', choices: ['recommender', 'random', 'given'],
    explanation: 'The pool to choose from: the recommender’s best for the query, relevant products among random ones, or what the data gives.' },
  { name: 'candidateCount', group: 'task', kind: 'integer', default: 8, unit: 'products', min: 2, max: 200,
    explanation: 'Products in the pool of candidates.' },
  { name: 'listLength', group: 'task', kind: 'integer', default: 5, unit: 'items', min: 1, max: 200,
    explanation: 'Items that the policy is asked to list.' },
  { name: 'augment', group: 'task', kind: 'choice', default: 'user', unit: '', choices: ['user', 'item'],
    explanation: 'What the policy describes for the frozen recommender: the person, or an item.' },
  { name: 'strongFrom', group: 'task', kind: 'number', default: 4, unit: '', min: 0, max: 100,
    explanation: 'Strength from which an engagement is a label: a rating of 4 of 5, or a share where the file has shares. Events without a strength count.' },
  { name: 'gains', group: 'task', kind: 'choice', default: 'exact', unit: '', choices: ['exact', 'graded'],
    explanation: 'NDCG’s gain of a product: 1 for Exact alone, or graded 1, 0.1, 0.01, 0 for E, S, C, I (KDD Cup 2022).' },
  { name: 'duplicateTargets', group: 'task', kind: 'choice', default: 'distinct', unit: '', choices: ['distinct', 'keep'],
    explanation: 'A product listed twice as relevant counts once, or stays twice in the ideal ranking as released: 1 is then out of reach.' },

  { name: 'temperature', group: 'sampling', kind: 'number', default: 1, unit: '', min: 0.05, max: 5,
    explanation: 'Divides the logits in sampling and in training alike. Evaluation is greedy.' },
  { name: 'topP', group: 'sampling', kind: 'number', default: 1, unit: '', min: 0.01, max: 1,
    explanation: 'Samples from the likeliest tokens that reach this probability; 1 is off. Log-probabilities ignore it, as in TRL and verl.' },
  { name: 'topK', group: 'sampling', kind: 'integer', default: 0, unit: 'tokens', min: 0, max: 1000000,
    explanation: 'Samples from this many most likely tokens; 0 is off.' },
  { name: 'maxNewTokens', group: 'sampling', kind: 'integer', default: 48, unit: 'tokens', min: 4, max: 4096,
    explanation: 'Longest completion; one that reaches it without an end token counts as truncated.' },
  { name: 'trainK', group: 'sampling', kind: 'integer', default: 100, unit: 'products', min: 1, max: 10000,
    explanation: 'Depth of the ranking that the training reward sees (1000 in the released code: a deep hit still pays a little).' },

  { name: 'rewardNdcg', group: 'reward', kind: 'number', default: 1, unit: '', min: -10, max: 10,
    explanation: 'Weight of NDCG at the training K.' },
  { name: 'rewardFormat', group: 'reward', kind: 'number', default: 0.1, unit: '', min: -10, max: 10,
    explanation: 'Weight of a well-formed output that found something: as released, no bonus while NDCG is 0.' },
  { name: 'rewardMalformed', group: 'reward', kind: 'number', default: -2, unit: '', min: -10, max: 10,
    explanation: 'Weight of a broken format: tags missing, doubled or out of order, or no JSON with a query.' },
  { name: 'rewardRepetition', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of the share of repeated words in the rewrite, 0 to 1. Term counts are boosts in BM25, so an undamped policy stutters.' },
  { name: 'rewardLength', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of the words beyond lengthFree, as a share of lengthFree, at most 1.' },
  { name: 'lengthFree', group: 'reward', kind: 'integer', default: 16, unit: 'words', min: 1, max: 1000,
    explanation: 'Words of a rewrite that the length part leaves alone.' },
  { name: 'rewardOverlong', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of a completion that was cut at maxNewTokens.' },

  { name: 'rewardRecall', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of recall at rewardK.' },
  { name: 'rewardMrr', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of the reciprocal rank of the first relevant product within rewardK.' },
  { name: 'rewardHit', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of finding anything relevant within rewardK.' },
  { name: 'rewardLcs', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of the position-weighted longest common subsequence of the list and the label sequence. The weights are ours: no formula was published.' },
  { name: 'rewardDuplicates', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of the share of listed items that were listed before.' },
  { name: 'rewardStrangers', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of the share of listed items that are not in the pool, or whose names match no product.' },
  { name: 'rewardWrongLength', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of how far the list’s length is from listLength, as a share of it, at most 1.' },
  { name: 'rewardThought', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of the thought’s words beyond thoughtBudget, as a share of it, at most 1.' },
  { name: 'rewardDiversity', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of intra-list diversity: the mean dissimilarity of pairs of the first rewardK products (Ziegler et al. 2005).' },
  { name: 'diversityBy', group: 'reward', kind: 'choice', default: 'category', unit: '', choices: ['category', 'brand', 'text'],
    explanation: 'Two products are alike by their category, by their brand, or by the words of their titles (Jaccard).' },
  { name: 'rewardNovelty', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of the mean self-information of the first rewardK products by their popularity, as a share of its largest value (Zhou et al. 2010).' },
  { name: 'rewardCoverage', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of the rollout’s share in the catalogue that the step shows: each of its first rewardK products counts 1 / the rollouts that show it, on average.' },
  { name: 'rewardFreshness', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of how new the first rewardK products are: the mean of freshnessColumn between its smallest and its largest value in the catalogue.' },
  { name: 'freshnessColumn', group: 'reward', kind: 'free', form: 'any', default: 'released', unit: '', example: 'released',
    explanation: 'The products’ numeric column that tells when they came, larger being newer.' },
  { name: 'rewardBusiness', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of the mean of businessColumn over the first rewardK products, between its smallest and its largest value in the catalogue.' },
  { name: 'businessColumn', group: 'reward', kind: 'free', form: 'any', default: 'margin', unit: '', example: 'margin',
    explanation: 'The products’ numeric column that the business part counts: price, margin, stock.' },
  { name: 'rewardExpression', group: 'reward', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Weight of the expression, whose value is kept between −10 and 10.' },
  { name: 'expression', group: 'reward', kind: 'free', form: 'expression', default: '', unit: '', example: 'ndcg * (1 - repetition)',
    explanation: 'A formula over the names of the other parts, with + − * / ^, comparisons, min, max, abs, sqrt, log, exp. What has no finite value counts 0.' },
  { name: 'rewardK', group: 'reward', kind: 'integer', default: 10, unit: 'products', min: 1, max: 10000,
    explanation: 'Depth of recall, MRR, hit, diversity, novelty, coverage, freshness and business parts.' },

  { name: 'rewardCombination', group: 'advantage', kind: 'choice', default: 'sum-then-normalise', unit: '', choices: ['sum-then-normalise', 'normalise-then-sum'],
    explanation: 'The weighted parts are summed and then normalised within the group, or each part is normalised and then summed by its weight (GDPO, arXiv 2601.05242).' },
  { name: 'advantageScale', group: 'advantage', kind: 'choice', default: 'group', unit: '', choices: ['group', 'batch', 'none'],
    explanation: 'Divide by the standard deviation (n − 1) of the group, of the batch, or not at all (Dr. GRPO): TRL’s scale_rewards.' },
  { name: 'advantageEpsilon', group: 'advantage', kind: 'number', default: 1e-4, unit: '', min: 0, max: 1,
    explanation: 'Added to that standard deviation: 1e-4 in TRL, 1e-6 in verl and in the released code.' },

  { name: 'aggregation', group: 'objective', kind: 'choice', default: 'bnpo', unit: '',
    choices: ['grpo', 'bnpo', 'dr_grpo', 'micro_batch_token_mean'],
    explanation: 'Token losses become one by a mean per completion, over all tokens, a constant (names as TRL), or a mean per micro-batch.' },
  { name: 'importance', group: 'objective', kind: 'choice', default: 'token', unit: '', choices: ['token', 'sequence'],
    explanation: 'Ratio of new to old policy by token (GRPO), or one by completion (GSPO, arXiv 2507.18071).' },
  { name: 'clipLow', group: 'objective', kind: 'number', default: 0.2, unit: '', min: 0, max: 1,
    explanation: 'Ratios below 1 − this no longer push. Inactive with one iteration: the ratio is then 1.' },
  { name: 'clipHigh', group: 'objective', kind: 'number', default: 0.2, unit: '', min: 0, max: 10,
    explanation: 'Ratios above 1 + this no longer push (0.28 in DAPO).' },
  { name: 'klCoefficient', group: 'objective', kind: 'number', default: 0.02, unit: '', min: -1, max: 1,
    explanation: 'Weight of the k3 KL to the starting policy in the loss. Negative rewards drifting away: the sign error of the released code.' },
  { name: 'entropyCoefficient', group: 'objective', kind: 'number', default: 0, unit: '', min: -1, max: 1,
    explanation: 'Weight of mean token entropy, subtracted from the loss (0.001 in the released code).' },
  { name: 'iterations', group: 'objective', kind: 'integer', default: 1, unit: 'updates', min: 1, max: 64,
    explanation: 'Optimiser steps over each batch of rollouts (TRL’s num_iterations).' },
  { name: 'microBatchSequences', group: 'objective', kind: 'integer', default: 12, unit: 'rollouts', min: 1, max: 4096,
    explanation: 'Completions in each micro-batch of micro_batch_token_mean.' },

  { name: 'learningRate', group: 'optimiser', kind: 'number', default: 1e-3, unit: '', min: 0, max: 1,
    explanation: 'AdamW step size of the GRPO stage after warm-up.' },
  { name: 'warmupSteps', group: 'optimiser', kind: 'integer', default: 5, unit: 'steps', min: 0, max: 100000,
    explanation: 'The learning rate rises linearly over this many steps of a stage.' },
  { name: 'schedule', group: 'optimiser', kind: 'choice', default: 'constant', unit: '', choices: ['constant', 'linear'],
    explanation: 'After warm-up the learning rate of the GRPO stage stays (as released), or falls linearly and would be zero after the last step.' },
  { name: 'beta1', group: 'optimiser', kind: 'number', default: 0.9, unit: '', min: 0, max: 0.99999,
    explanation: 'Decay of AdamW’s mean of gradients.' },
  { name: 'beta2', group: 'optimiser', kind: 'number', default: 0.95, unit: '', min: 0, max: 0.999999,
    explanation: 'Decay of AdamW’s mean of squared gradients.' },
  { name: 'adamEpsilon', group: 'optimiser', kind: 'number', default: 1e-8, unit: '', min: 1e-12, max: 1,
    explanation: 'Added to the root of AdamW’s second moment.' },
  { name: 'weightDecay', group: 'optimiser', kind: 'number', default: 0, unit: '', min: 0, max: 1,
    explanation: 'Decoupled weight decay (arXiv 1711.05101).' },
  { name: 'maxGradNorm', group: 'optimiser', kind: 'number', default: 1, unit: '', min: 0, max: 1000,
    explanation: 'Global gradient norm above which gradients are scaled down; 0 is off.' },

  { name: 'policy', group: 'weights', kind: 'free', form: 'any', default: 'sample', unit: '', example: 'Qwen/Qwen2.5-0.5B-Instruct',
    explanation: 'The language model that is trained: sample for the embedded one, or a model kept in this browser by its id. lab train: --policy DIR.' },
  { name: 'policyMirror', group: 'weights', kind: 'free', form: 'origin', default: '', unit: '', example: 'https://hub.example.org',
    explanation: 'An address that serves models as the hub does (/ID/resolve/REVISION/FILE); none: huggingface.co itself.' },
  { name: 'trainable', group: 'weights', kind: 'choice', default: 'full', unit: '', choices: ['full', 'lora'],
    explanation: 'Train every weight, or low-rank adapters beside frozen ones.' },
  { name: 'loraRank', group: 'weights', kind: 'integer', default: 16, unit: '', min: 1, max: 512,
    explanation: 'Rank r of each adapter (arXiv 2106.09685).' },
  { name: 'loraAlpha', group: 'weights', kind: 'number', default: 32, unit: '', min: 0.001, max: 4096,
    explanation: 'Adapters are scaled by alpha / r.' },
  { name: 'loraTargets', group: 'weights', kind: 'text', default: 'all', unit: '', items: LINEAR_LAYERS,
    explanation: 'Linear layers with an adapter, separated by commas, or all.' },
  { name: 'baseWeights', group: 'weights', kind: 'choice', default: 'auto', unit: '', choices: ['auto', 'f32', 'f16', 'int8', 'int4'],
    explanation: 'How frozen weights lie in graphics memory; sums are float32 always. Auto: f32 below 64 million parameters or trained whole, else f16.' },
  { name: 'checkpointing', group: 'weights', kind: 'choice', default: 'auto', unit: '', choices: ['auto', 'on', 'off'],
    explanation: 'Keep each block’s input alone and compute the rest again on the way back: less memory, a third more work (arXiv 1604.06174).' },
  { name: 'memoryBudget', group: 'weights', kind: 'number', default: 0, unit: 'GiB', min: 0, max: 1024,
    explanation: 'Most graphics memory that a run may plan to use; 0 leaves only the limits that the adapter states.' },

  { name: 'evalK', group: 'evaluation', kind: 'integer', default: 100, unit: 'products', min: 1, max: 10000,
    explanation: 'Depth of the ranking behind the validation reward. Reported measures keep the depth in their names.' },
  { name: 'testDepartments', group: 'evaluation', kind: 'free', form: 'any', default: '', unit: '', example: 'Video_Games,Baby_Products',
    explanation: 'Departments held out: their queries are the test, all others train (Rec-R1 on Amazon-C4). None: as the files split them.' },
  { name: 'validationShare', group: 'evaluation', kind: 'number', default: 0.1, unit: 'share', min: 0, max: 0.5,
    explanation: 'Seeded share of the training queries held out to choose the best checkpoint, where the data names none; 0 keeps the last one.' },
  { name: 'validationEvery', group: 'evaluation', kind: 'integer', default: 10, unit: 'steps', min: 0, max: 100000,
    explanation: 'Steps between validations (greedy); 0 is never, and then the last checkpoint is measured.' },
  { name: 'evaluationBatch', group: 'evaluation', kind: 'integer', default: 64, unit: 'prompts', min: 1, max: 4096,
    explanation: 'Most prompts in one generation request of an evaluation: bounds memory, changes no result.' },
  { name: 'evaluationQueries', group: 'evaluation', kind: 'integer', default: 0, unit: 'queries', min: 0, max: 1000000,
    explanation: 'Most queries of each evaluation (test, validation, paired training), drawn by the seed once for the run; 0 measures all.' },
  { name: 'checkpointEvery', group: 'evaluation', kind: 'integer', default: 10, unit: 'steps', min: 0, max: 100000,
    explanation: 'Steps between checkpoints that a stopped run can go on from, weights and optimiser; 0 keeps only the best and the last.' },
  { name: 'checkpointsKept', group: 'evaluation', kind: 'integer', default: 5, unit: 'checkpoints', min: 1, max: 1000,
    explanation: 'Latest checkpoints that stay in the browser’s store, beside the start, the best and the last.' },
  { name: 'rolloutsKept', group: 'evaluation', kind: 'integer', default: 20, unit: 'steps', min: 1, max: 1000,
    explanation: 'Latest steps whose rollouts the page keeps for looking at.' },

  { name: 'sftFrom', group: 'sft', kind: 'choice', default: 'copy', unit: '', choices: ['copy', 'labels', 'file', 'teacher', 'rejection'],
    explanation: 'What is imitated: the unchanged query, the labels, a file of outputs, a frozen model’s answers, or the policy’s own answers that were rewarded.' },
  { name: 'sftExamples', group: 'sft', kind: 'integer', default: 0, unit: 'texts', min: 0, max: 1000000,
    explanation: 'Most texts to imitate, drawn by the seed; 0 takes all.' },
  { name: 'rejectionSamples', group: 'sft', kind: 'integer', default: 8, unit: 'rollouts', min: 1, max: 256,
    explanation: 'Draws for each training row of which rejection keeps the best (rejection-sampling fine-tuning, Yuan et al. 2023).' },
  { name: 'rejectionFrom', group: 'sft', kind: 'number', default: 0, unit: '', min: -10, max: 10,
    explanation: 'Rejection keeps an answer whose reward is above this, and above the mean of its row’s draws.' },
  { name: 'sftSteps', group: 'sft', kind: 'integer', default: 100, unit: 'steps', min: 1, max: 100000,
    explanation: 'Steps of the sft stage.' },
  { name: 'sftBatch', group: 'sft', kind: 'integer', default: 16, unit: 'texts', min: 1, max: 1024,
    explanation: 'Texts per sft step (2 × 8 in the released script).' },
  { name: 'sftLearningRate', group: 'sft', kind: 'number', default: 1e-3, unit: '', min: 0, max: 1,
    explanation: 'AdamW step size of the sft stage after warm-up, falling linearly to zero.' },
  { name: 'sftFullText', group: 'sft', kind: 'boolean', default: false, unit: '',
    explanation: 'Whether the prompt’s tokens count in the loss too, as in the released script.' },
] as const satisfies readonly SettingSpec[]

type Spec = (typeof SETTINGS)[number]
type ValueOf<S extends Spec> =
  S extends { readonly kind: 'choice'; readonly choices: readonly (infer Choice)[] } ? Choice
  : S extends { readonly kind: 'boolean' } ? boolean
  : S extends { readonly kind: 'text' | 'free' } ? string
  : number

/** The values of every setting: what a run is told and what its record holds. */
export type Settings = { readonly [S in Spec as S['name']]: ValueOf<S> }
export type SettingName = Spec['name']
