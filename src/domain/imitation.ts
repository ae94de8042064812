// What supervised training imitates: outputs of a teacher, labels, or the policy's own best.

/** An answer to a row of the task, which the task writes as a completion to its own prompt. */
export interface ImitatedAnswer {
  /** the row's id, where the source names it; else the row is found by its text */
  readonly rowId?: string
  /** what was asked: the query's text */
  readonly query: string
  /** a query or text, or the items of a list */
  readonly answer: string | readonly string[]
  readonly thought?: string
}

/** A prompt and a completion as they stand in a file; chat markup is part of both. */
export interface ImitatedText {
  readonly prompt: string
  readonly completion: string
}

export type Imitation = ImitatedAnswer | ImitatedText
