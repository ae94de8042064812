// What the policy is asked beside sampling and training: how likely given tokens are, and which token comes next.

/** Tokens that are given, and tokens whose likelihood is asked after them. */
export interface ScoredSequence {
  readonly promptIds: readonly number[]
  readonly ids: readonly number[]
}

export interface LikelihoodRequest {
  /** `promptIds` needs a token at least; neighbours with equal promptIds share their prompt's computation */
  readonly sequences: readonly ScoredSequence[]
  /** whose likelihood: the trained weights', or those that training started from */
  readonly version: 'current' | 'reference'
  /** also how far the current weights are from the reference over the same tokens, at the cost of a second pass; false when left out */
  readonly divergence?: boolean
}

/** One number for each sequence, in their order. */
export interface LikelihoodReport {
  /** −Σ log p over `ids` under softmax(logits), in nats */
  readonly nll: readonly number[]
  /** how many ids */
  readonly tokens: readonly number[]
  /** Σ over ids of KL(current ‖ reference) between the whole distributions of the next token, in nats: exact in each context, not an estimate from the ids */
  readonly kl?: readonly number[]
}

export interface NextRequest {
  /** none may be empty */
  readonly sequences: readonly (readonly number[])[]
  /** how many tokens are asked of each */
  readonly k: number
  /** ids that may not be answered, for each sequence */
  readonly exclude?: readonly (readonly number[])[]
  /** the ids that may be answered: from … to − 1; the whole vocabulary when left out */
  readonly range?: { readonly from: number; readonly to: number }
}

/** The likeliest next tokens of one sequence, likeliest first, of equal logits the lower id first; fewer than k where no more are allowed. */
export interface NextTokens {
  readonly ids: readonly number[]
  /** under the softmax over the whole vocabulary: what may not be answered keeps its share */
  readonly logps: readonly number[]
}
