// The columns of the inspector by name: what each one asks, whether a name means anything, and how they are put in order.

/** 'original', 'before', 'current', 'typed:1', 'checkpoint:RUN:STAGE:STEP', 'source:ID'. */
export type ColumnId = string

export type ColumnKind =
  /** the query as it is */
  | { readonly is: 'original' }
  /** the policy that training started from, and as it is now */
  | { readonly is: 'before' | 'current' }
  /** a text that a person types */
  | { readonly is: 'typed'; readonly number: number }
  /** the policy as a kept run had it after `step` updates of `stage` */
  | { readonly is: 'checkpoint'; readonly run: string; readonly stage: 'sft' | 'grpo'; readonly step: number }
  /** a frozen model, outputs or rankings of another system */
  | { readonly is: 'source'; readonly source: string }

export const FIRST_COLUMNS: readonly ColumnId[] = ['original', 'before', 'current']

export function checkpointColumn(run: string, stage: 'sft' | 'grpo', step: number): ColumnId {
  return `checkpoint:${run}:${stage}:${step}`
}

export function sourceColumn(source: string): ColumnId {
  return `source:${source}`
}

/** What a column's name says; undefined where it says nothing. */
export function kindOf(id: ColumnId): ColumnKind | undefined {
  if (id === 'original') return { is: 'original' }
  if (id === 'before' || id === 'current') return { is: id }
  const typed = /^typed:([1-9]\d{0,5})$/.exec(id)
  if (typed !== null) return { is: 'typed', number: Number(typed[1]) }
  const checkpoint = /^checkpoint:([^:]+):(sft|grpo):(\d{1,9})$/.exec(id)
  if (checkpoint !== null) return { is: 'checkpoint', run: checkpoint[1]!, stage: checkpoint[2] as 'sft' | 'grpo', step: Number(checkpoint[3]) }
  const source = /^source:(.+)$/s.exec(id)
  return source === null ? undefined : { is: 'source', source: source[1]! }
}

/** The names that mean something, each once, in their order. */
export function knownColumns(ids: readonly unknown[]): ColumnId[] {
  return [...new Set(ids.filter((id): id is string => typeof id === 'string' && kindOf(id) !== undefined))]
}

/** A name for one more typed column. */
export function nextTyped(ids: readonly ColumnId[]): ColumnId {
  const numbers = ids.map((id) => kindOf(id)).map((kind) => (kind?.is === 'typed' ? kind.number : 0))
  return `typed:${Math.max(0, ...numbers) + 1}`
}

/** The columns with `id` moved by so many places, as far as there is room. */
export function moved(ids: readonly ColumnId[], id: ColumnId, by: number): readonly ColumnId[] {
  const from = ids.indexOf(id)
  const to = Math.max(0, Math.min(ids.length - 1, from + by))
  if (from < 0 || from === to) return ids
  const rest = ids.filter((other) => other !== id)
  return [...rest.slice(0, to), id, ...rest.slice(to)]
}
