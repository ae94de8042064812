// How long a task's prompts get, in characters: what a policy's memory is planned for.
import type { Product } from '../../domain/dataset.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Row, TaskSpec } from '../../domain/tasks/task.ts'

/** A query of this many characters is longer than nearly all that shoppers type: where no data set is open yet. */
const LONG_QUERY = 160
/** A title of this many characters is longer than nearly all in a shop: where products are not known. */
const LONG_TITLE = 120
/** Rows whose prompts are made: those with most to tell. */
const MOST_MADE = 64

const letters = (count: number): string => 'x'.repeat(Math.max(1, count))

/** Stands for a product that is not known (yet): as much text as a long one has. */
function longProduct(id: string, title: number): Product {
  return {
    id, title: letters(title), description: letters(2 * title), bullets: letters(2 * title), brand: letters(16), color: letters(8), category: letters(24),
    tags: Array.from({ length: 4 }, () => letters(12)), numbers: { likes: 99_999, comments: 99_999, shares: 99_999, price: 9999.99 },
  }
}

const kept = new WeakMap<readonly Row[], Map<string, number>>()

/**
 * Characters of the longest prompt of `rows` under `settings`. Candidates that are only drawn when a row is asked stand in as long products; so does every
 * product that is not among `known`. Without rows: what a long query, or a full history of long titles, would take.
 */
export function longestPromptOf(rows: readonly Row[], spec: TaskSpec, settings: Settings, known: ReadonlyMap<string, Product> = new Map()): number {
  const { template, thinking, answerForm, historyLength, candidates, candidateCount, listLength, thoughtBudget, mode } = settings
  const key = JSON.stringify([spec.name, spec.version, template, thinking, answerForm, historyLength, candidates, candidateCount, listLength, thoughtBudget, mode, known.size])
  const held = kept.get(rows) ?? new Map<string, number>()
  const before = held.get(key)
  if (before !== undefined) return before
  const longest = measure(rows.length === 0 ? [emptyRow(spec, settings)] : rows, spec, settings, known)
  if (rows.length > 0) kept.set(rows, held.set(key, longest))
  return longest
}

function emptyRow({ over }: TaskSpec, { historyLength }: Settings): Row {
  const text = letters(LONG_QUERY)
  if (over === 'queries') return { id: '', text, split: 'test', judgements: [] }
  return { id: '', text: 'x', split: 'test', judgements: [], history: Array.from({ length: historyLength }, (_, at) => ({ id: `p${at}`, time: 1.7e9, strength: 5 })) }
}

function measure(rows: readonly Row[], spec: TaskSpec, settings: Settings, known: ReadonlyMap<string, Product>): number {
  const longTitle = [...known.values()].reduce((most, { title }) => Math.max(most, title.length), known.size === 0 ? LONG_TITLE : 1)
  const facts = { product: (id: string): Product => known.get(id) ?? longProduct(id, longTitle) }
  const told = (row: Row): number => row.text.length + spec.needs(row, settings).reduce((sum, id) => sum + facts.product(id).title.length, 0)
  const drawn = (row: Row): Row => {
    const pool = spec.pool?.(settings)
    return pool === undefined || row.candidates !== undefined ? row : { ...row, candidates: Array.from({ length: pool.size }, (_, at) => `candidate ${at}`) }
  }
  const lengths = Float64Array.from(rows, told)
  const least = lengths.toSorted().at(-MOST_MADE) ?? 0
  const most = rows.filter((_, at) => lengths[at]! >= least).slice(0, MOST_MADE)
  let longest = 1
  for (const row of most) {
    try {
      longest = Math.max(longest, spec.prompt({ row: drawn(row), facts, settings }).text.length)
    } catch {
      // a row that cannot be asked is told of where it is asked
    }
  }
  return longest
}
