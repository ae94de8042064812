// verl's RL Parquet as Rec-R1 writes it: a nested prompt, the targets in reward_model, and where the row belongs in data_source.
import type { Split } from '../../../src/domain/dataset.ts'
import { splitOfWord } from '../assembly/names.ts'
import type { Format, Place, Row, Shape, Sink } from '../format.ts'
import { has, hasAny, text, textId, texts } from './cells.ts'
import { tellHistory, tellTargets } from './lists.ts'

const isRl = (shape: Shape): boolean => has(shape, 'reward_model') && hasAny(shape, 'data_source', 'prompt')

const COLUMNS = ['query', 'qid', 'user_id', 'history_list', 'history_text', 'data_source', 'reward_model', 'extra_info'] as const

/** With the query or the history in columns of their own: prompts are not read. */
export const VERL: Format = {
  name: 'verl RL prompts',
  role: 'rl-prompts',
  columns: COLUMNS,
  matches: (shape) => isRl(shape) && hasAny(shape, 'query', 'history_list'),
  read: tellRow,
}

/** With nothing but the prompt: the query is what the prompt quotes between three backticks, else the user's words. */
export const VERL_PROMPTS: Format = {
  name: 'verl RL prompts alone',
  role: 'rl-prompts',
  columns: [...COLUMNS, 'prompt'],
  matches: (shape) => isRl(shape) && !hasAny(shape, 'query', 'history_list'),
  read: tellRow,
}

function tellRow(row: Row, at: Place, sink: Sink): void {
  const { split, domain, setting } = belongingOf(text(row['data_source']), text(field(row['extra_info'], 'split')))
  const truth = field(row['reward_model'], 'ground_truth')
  const target = typeof truth === 'object' && truth !== null && !Array.isArray(truth) ? field(truth, 'target') : truth
  const told = { ...(split === undefined ? {} : { split }), ...(domain === undefined ? {} : { domain }) }
  if (row['history_list'] !== undefined && row['history_list'] !== null) {
    tellHistory(row, text(target), 'reward_model', { ...told, ...(setting === undefined ? {} : { setting }) }, at, sink)
    tellTitles(row, at, sink)
    return
  }
  const query = text(row['query']) || quoted(row['prompt'])
  const columns = { query: row['prompt'] === undefined ? 'query' : 'prompt', targets: 'reward_model' }
  tellTargets({ id: text(row['qid']) || textId(query), text: query, ...told }, target, columns, at, sink)
}

/**
 * Beauty's prompts are made of `history_text`, "Item 1: title" and so on, one line for each id of the history; a title may hold line ends itself.
 * Products that no catalogue tells have these titles.
 */
function tellTitles(row: Row, at: Place, sink: Sink): void {
  const items = texts(row['history_list']) ?? []
  const told = text(row['history_text'])
  let found = false
  for (let i = 0, from = 0; i < items.length && from >= 0; i++) {
    const name = `Item ${i + 1}:`
    if (!told.startsWith(name, from)) return
    const next = told.indexOf(`\nItem ${i + 2}:`, from)
    const title = told.slice(from + name.length, next < 0 ? undefined : next).trim()
    from = next < 0 ? -1 : next + 1
    if (title === '') continue
    sink.product({ id: items[i]!, title, description: '', bullets: '', brand: '', color: '' }, at, 'again')
    found = true
  }
  if (!found) return
  sink.note?.('titles of history_text stand for products that no catalogue tells; add the shop’s metadata to rank what is in no history')
}

function field(cell: unknown, name: string): unknown {
  if (typeof cell !== 'object' || cell === null) return undefined
  return (cell as Row)[name]
}

const SETS = /^(?:esci_dense|esci|amazon_c4_dense|amazon_c4|amazon_review)(?:_|$)/

interface Belonging {
  readonly split: Split | undefined
  readonly domain: string | undefined
  readonly setting: 'transductive' | 'inductive' | undefined
}

/**
 * `esci_Video_Games_test` is the test part of Video_Games; `amazon_review_All_Beauty_inductive_val` the inductive validation of All_Beauty; other
 * sources are domains as they are. The source wins over `extra_info.split`: Rec-R1's validation file holds test rows, and they say so.
 */
function belongingOf(source: string, extraSplit: string): Belonging {
  const words = source.split('_')
  const ownSplit = splitOfWord(words.at(-1) ?? '')
  if (ownSplit !== undefined) words.pop()
  const last = words.at(-1)
  const setting = last === 'transductive' || last === 'inductive' ? last : undefined
  if (setting !== undefined) words.pop()
  const domain = words.join('_').replace(SETS, '')
  return { split: ownSplit ?? splitOfWord(extraSplit), domain: domain === '' ? undefined : domain, setting }
}

const FENCE = /```([\s\S]*?)```/

/** What a prompt quotes between three backticks, else its last message of the user. The prompt is a text or a list of messages. */
export function quoted(prompt: unknown): string {
  const messages = Array.isArray(prompt) ? prompt as unknown[] : []
  const user = messages.findLast((message) => field(message, 'role') === 'user') ?? messages.at(-1)
  const words = typeof prompt === 'string' ? prompt : text(field(user, 'content'))
  return (FENCE.exec(words)?.[1] ?? words).trim()
}
