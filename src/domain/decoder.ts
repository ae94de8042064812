// A decoder over item ids, the class of SASRec (Kang and McAuley 2018): histories as token sequences, its settings, its ranks and what they are worth.
import type { UserHistory } from './dataset.ts'
import { Stream } from './random.ts'
import { leaveLastOut } from './splits.ts'

export interface DecoderOptions {
  /** width of the residual stream and of an item's embedding */
  readonly hidden: number
  readonly layers: number
  readonly heads: number
  /** width of a block's gated product */
  readonly intermediate: number
  /** times that training sees every history, if validation does not end it before */
  readonly epochs: number
  /** histories of one optimiser step */
  readonly batch: number
  /** at its highest, after the warm-up; it then falls linearly to 0 over all epochs */
  readonly learningRate: number
  /** share of all steps over which the learning rate rises */
  readonly warmup: number
  readonly weightDecay: number
  readonly beta2: number
  /** items of a history that the model reads, the latest */
  readonly longest: number
  /** share of a history's items that an epoch passes over, drawn anew each time: what stands in for dropout, which the engine has none of */
  readonly skipped: number
  /** epochs without a better validation NDCG@10 after which training ends */
  readonly patience: number
  /** people whose validation is measured after each epoch, drawn; the test measures all */
  readonly validationUsers: number
  /** whether what a person has already had may not be recommended again (SASRec's protocol) */
  readonly excludeSeen: boolean
  readonly seed: number
}

/** Settings that a software adapter can bear: Amazon 2014 Beauty, with four epochs, is beyond what SASRec is printed with. */
export const DECODER_DEFAULTS: DecoderOptions = {
  hidden: 32, layers: 2, heads: 2, intermediate: 64, epochs: 8, batch: 128, learningRate: 6e-3, warmup: 0.05, weightDecay: 0.1, beta2: 0.98, longest: 50, skipped: 0, patience: 2,
  validationUsers: 2000, excludeSeen: true, seed: 0,
}

const COUNTS = ['hidden', 'layers', 'heads', 'intermediate', 'epochs', 'batch', 'longest', 'patience', 'validationUsers'] as const
const SHARES = ['warmup', 'skipped', 'beta2'] as const

/** Defaults with what was given. Throws a sentence that names the setting which cannot be. */
export function decoderOptions(given: Partial<DecoderOptions>): DecoderOptions {
  const options = { ...DECODER_DEFAULTS, ...given }
  for (const name of COUNTS) {
    if (!Number.isInteger(options[name]) || options[name] < 1) throw new Error(`decoder: ${name} is ${options[name]}, but must be a whole number of at least 1`)
  }
  for (const name of SHARES) {
    if (!(options[name] >= 0 && options[name] < 1)) throw new Error(`decoder: ${name} is ${options[name]}, but must be from 0 to below 1`)
  }
  if (!(options.learningRate > 0 && options.learningRate <= 1)) throw new Error(`decoder: learningRate is ${options.learningRate}, but must be above 0 and at most 1`)
  if (!(options.weightDecay >= 0 && options.weightDecay <= 10)) throw new Error(`decoder: weightDecay is ${options.weightDecay}, but must be from 0 to 10`)
  if (!Number.isInteger(options.seed) || options.seed < 0) throw new Error(`decoder: seed is ${options.seed}, but must be a whole number of at least 0`)
  if (options.hidden % (2 * options.heads) !== 0) throw new Error(`decoder: hidden is ${options.hidden} and heads is ${options.heads}, but heads of an even width are needed; make hidden a multiple of ${2 * options.heads}`)
  return options
}

/** Somebody's history as tokens, and what came next. */
export interface DecoderRow {
  readonly userId: string
  /** oldest first */
  readonly history: readonly number[]
  readonly target: number
}

export interface DecoderData {
  /** item of each token 0 … items.length − 1, in the order in which histories first name them; the token after them starts a sequence */
  readonly items: readonly string[]
  readonly start: number
  /** tokens in all, the embedding's rows: a multiple of four, which the engine reads fastest */
  readonly vocabulary: number
  /** histories without validation's and the test's items, one for each person */
  readonly train: readonly (readonly number[])[]
  readonly validation: readonly DecoderRow[]
  readonly test: readonly DecoderRow[]
}

/**
 * Histories as leave-one-out has them (see leaveLastOut): people of three items or more, the last item the test, the one before it validation.
 * The catalogue is every item that anybody had. Throws where nobody has three.
 */
export function decoderData(users: readonly UserHistory[], longest: number): DecoderData {
  const { validation, test } = leaveLastOut(users, { longest })
  if (test.length === 0) throw new Error(`decoder: none of ${users.length} histories has three items; leave-one-out needs one to learn from, one to choose by and one to test`)
  const tokens = new Map<string, number>()
  for (const { items, next } of users) for (const item of next === undefined ? items : []) if (!tokens.has(item)) tokens.set(item, tokens.size)
  const token = (item: string): number => tokens.get(item)!
  const rows = (predictions: typeof test): DecoderRow[] => predictions.map(({ userId, items, target }) => ({ userId, history: items.map(token), target: token(target) }))
  const chosenBy = rows(validation)
  return {
    items: [...tokens.keys()], start: tokens.size, vocabulary: Math.ceil((tokens.size + 1) / 4) * 4, train: chosenBy.map(({ history }) => history), validation: chosenBy, test: rows(test),
  }
}

/** config.json of the decoder: a Qwen2 with its head tied to the embedding, of so many tokens and positions. */
export function decoderConfig({ hidden, layers, heads, intermediate, longest }: DecoderOptions, vocabulary: number): Readonly<Record<string, unknown>> {
  return {
    architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', vocab_size: vocabulary, hidden_size: hidden, num_hidden_layers: layers, num_attention_heads: heads, num_key_value_heads: heads,
    intermediate_size: intermediate, max_position_embeddings: longest + 2, rope_theta: 10000, rms_norm_eps: 1e-6, tie_word_embeddings: true, hidden_act: 'silu', initializer_range: 0.02,
  }
}

/** The histories of one epoch by optimiser step: everyone once, in a new order, without the items that are passed over this time. */
export function epochBatches(data: DecoderData, { batch, skipped, seed }: DecoderOptions, epoch: number): number[][][] {
  const order = new Stream(seed, 'decoder order', epoch).shuffle(data.train)
  const chance = new Stream(seed, 'decoder skipped', epoch)
  const seen = order.map((history) => {
    const kept = skipped === 0 ? [...history] : history.filter(() => chance.uniform() >= skipped)
    return kept.length === 0 ? history.slice(-1) : kept
  })
  return Array.from({ length: Math.ceil(seen.length / batch) }, (_, i) => seen.slice(i * batch, (i + 1) * batch))
}

/** Learning rate of step `step` (from 0) of `steps`: up linearly over the warm-up, then down to 0. */
export function decoderRate({ learningRate, warmup }: DecoderOptions, step: number, steps: number): number {
  const rising = Math.max(1, Math.round(warmup * steps))
  return learningRate * (step < rising ? (step + 1) / rising : (steps - step) / Math.max(1, steps - rising))
}

/** Of one person, or means over people: whether the item is among the first k, and 1 / log2(rank + 1) where it is. */
export interface DecoderMetrics {
  readonly 'recall@5': number
  readonly 'ndcg@5': number
  readonly 'recall@10': number
  readonly 'ndcg@10': number
}

/** Ids that are ranked for everyone: the deepest that is measured. */
export const DECODER_DEPTH = 10

/** What a ranking is worth where one item is relevant: NDCG's ideal is 1. */
export function metricsOfRank(ranked: readonly (string | number)[], target: string | number): DecoderMetrics {
  const at = ranked.indexOf(target)
  const within = (k: number): number => (at >= 0 && at < k ? 1 : 0)
  const gain = at < 0 ? 0 : 1 / Math.log2(at + 2)
  return { 'recall@5': within(5), 'ndcg@5': within(5) * gain, 'recall@10': within(10), 'ndcg@10': within(10) * gain }
}

/** Means over people; zeros where there are none. */
export function meanMetrics(rows: readonly DecoderMetrics[]): DecoderMetrics {
  const mean = (name: keyof DecoderMetrics): number => rows.reduce((sum, row) => sum + row[name], 0) / Math.max(1, rows.length)
  return { 'recall@5': mean('recall@5'), 'ndcg@5': mean('ndcg@5'), 'recall@10': mean('recall@10'), 'ndcg@10': mean('ndcg@10') }
}

/** What to recommend without looking at anybody: the items that most had in training and validation, equal counts by token, seen ones left out where they are barred. */
export function popularityRanks({ items, validation, test }: DecoderData, excludeSeen: boolean): number[][] {
  const counts = new Float64Array(items.length)
  for (const { history, target } of validation) for (const token of [...history, target]) counts[token]!++
  const order = [...counts.keys()].sort((a, b) => counts[b]! - counts[a]! || a - b)
  return test.map(({ history }) => {
    const seen = new Set(excludeSeen ? history : [])
    const ranked: number[] = []
    for (let i = 0; i < order.length && ranked.length < DECODER_DEPTH; i++) if (!seen.has(order[i]!)) ranked.push(order[i]!)
    return ranked
  })
}

export interface DecoderProgress {
  /** counted from 1 */
  readonly epoch: number
  readonly epochs: number
  readonly step: number
  readonly steps: number
  /** mean cross-entropy in nats per item, of the step, or of the whole epoch once it has ended */
  readonly loss: number
  readonly seconds: number
  /** once an epoch has ended */
  readonly validation?: DecoderMetrics
  /** once training has ended: people tested so far, of all */
  readonly tested?: { readonly done: number; readonly of: number }
}

/** One person's test row, for pairing with other methods. */
export interface DecoderValue extends DecoderMetrics {
  readonly userId: string
  readonly target: string
  /** the first ten item ids */
  readonly ranked: readonly string[]
}

export interface DecoderResult {
  readonly users: number
  readonly items: number
  readonly parameters: number
  /** epochs that were trained, and the one whose weights were tested: the best by validation */
  readonly epochs: number
  readonly bestEpoch: number
  readonly seconds: number
  readonly options: DecoderOptions
  readonly validation: DecoderMetrics
  readonly test: DecoderMetrics
  /** of recommending what is popular, on the same rows */
  readonly popularity: DecoderMetrics
  /** in the data's order */
  readonly values: readonly DecoderValue[]
}
