// Packs sequences into ragged rows without padding: neighbours with the same prompt share its rows, and nothing attends where it must not.

/** Tokens in two parts: the part that is given and shared, and the part that carries the loss. */
export interface PackSequence {
  readonly promptIds: readonly number[]
  readonly ids: readonly number[]
}

/** Rows of a forward pass, and which of them predict which completion token. All arrays are per row unless said otherwise. */
export interface Packed {
  readonly rows: number
  readonly tokens: Uint32Array
  readonly positions: Uint32Array
  /** [rows, 4]: kv rows [prefix start, prefix end) ∪ [own start, own end) */
  readonly spans: Uint32Array
  /** row r is attended to by the rows [r, ends[r]) */
  readonly ends: Uint32Array
  /** per completion token: the row that predicts it, and the token */
  readonly lossRows: Uint32Array
  readonly targets: Uint32Array
  /** [sequences + 1]: offsets of each sequence's completion tokens */
  readonly starts: Uint32Array
}

const same = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((id, i) => id === b[i])

/** Rows that `sequence` adds: its completion less the last token, and its prompt unless `before` has the same. */
export function rowsOf(sequence: PackSequence, before: PackSequence | undefined): number {
  const shared = before !== undefined && same(before.promptIds, sequence.promptIds)
  return Math.max(0, sequence.ids.length - 1) + (shared ? 0 : sequence.promptIds.length)
}

/**
 * Throws, naming the caller `what`, when a sequence is longer than the model's positions (its last completion token takes none) or holds a token
 * that the model does not have.
 */
export function checkSequences(what: string, sequences: readonly PackSequence[], { maxPositions, vocabulary }: { readonly maxPositions: number; readonly vocabulary: number }): void {
  sequences.forEach((sequence, i) => {
    const positions = rowsOf(sequence, undefined)
    if (positions > maxPositions) throw new Error(`${what}: sequence ${i} takes ${positions} positions, but the model has ${maxPositions}; shorten prompts or completions`)
    for (const ids of [sequence.promptIds, sequence.ids]) {
      const stranger = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabulary))
      if (stranger !== undefined) throw new Error(`${what}: sequence ${i} holds token ${stranger}, but the model has tokens 0 to ${vocabulary - 1}; encode it with the model's own tokenizer`)
    }
  })
}

/** Packs in the order given. Throws when a prompt is empty: its first completion token would have no row to be predicted from. */
export function pack(sequences: readonly PackSequence[]): Packed {
  const tokens: number[] = []
  const positions: number[] = []
  const spans: number[] = []
  const ends: number[] = []
  const lossRows: number[] = []
  const targets: number[] = []
  const starts: number[] = [0]
  for (let first = 0; first < sequences.length; ) {
    const promptIds = sequences[first]?.promptIds ?? []
    if (promptIds.length === 0) throw new Error(`batch: sequence ${first} has an empty prompt; a prompt needs at least one token`)
    let last = first
    while (last < sequences.length && same(sequences[last]?.promptIds ?? [], promptIds)) last++
    const promptStart = tokens.length
    const promptEnd = promptStart + promptIds.length
    const groupRows = sequences.slice(first, last).reduce((sum, { ids }) => sum + Math.max(0, ids.length - 1), promptIds.length)
    promptIds.forEach((id, i) => {
      tokens.push(id)
      positions.push(i)
      spans.push(0, 0, promptStart, promptStart + i + 1)
      ends.push(promptStart + groupRows)
    })
    for (const { ids } of sequences.slice(first, last)) {
      const start = tokens.length
      const end = start + Math.max(0, ids.length - 1)
      ids.forEach((id, i) => {
        lossRows.push(i === 0 ? promptEnd - 1 : start + i - 1)
        targets.push(id)
        if (i === ids.length - 1) return
        tokens.push(id)
        positions.push(promptIds.length + i)
        spans.push(promptStart, promptEnd, start, start + i + 1)
        ends.push(end)
      })
      starts.push(targets.length)
    }
    first = last
  }
  return {
    rows: tokens.length, tokens: Uint32Array.from(tokens), positions: Uint32Array.from(positions), spans: Uint32Array.from(spans), ends: Uint32Array.from(ends),
    lossRows: Uint32Array.from(lossRows), targets: Uint32Array.from(targets), starts: Uint32Array.from(starts),
  }
}

/** Cuts sequences into runs of at most `maxRows` rows and as many loss tokens (a single longer sequence stands alone); [first, last) of each. */
export function microBatches(sequences: readonly PackSequence[], maxRows: number): [first: number, last: number][] {
  const cuts: [number, number][] = []
  let first = 0
  let [rows, lossTokens] = [0, 0]
  sequences.forEach((sequence, i) => {
    const alone = rowsOf(sequence, undefined)
    const added = i === first ? alone : rowsOf(sequence, sequences[i - 1])
    if (i > first && (rows + added > maxRows || lossTokens + sequence.ids.length > maxRows)) {
      cuts.push([first, i])
      first = i
      ;[rows, lossTokens] = [alone, sequence.ids.length]
    } else [rows, lossTokens] = [rows + added, lossTokens + sequence.ids.length]
  })
  if (sequences.length > 0) cuts.push([first, sequences.length])
  return cuts
}
