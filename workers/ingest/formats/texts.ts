// Texts for supervised training: whole chats (Rec-R1's SFT Parquet), lists of messages, prompts with completions, queries with outputs.
import { answerOf, chatPrompt, cutChat, ended, type ChatTurn, type ImitatedText } from '../../../src/domain/imitation.ts'
import { END_OF_TURN } from '../../../src/domain/prompt.ts'
import type { Format, Place, Row, Sink } from '../format.ts'
import { has, hasAny, needs, shown, text } from './cells.ts'
import { quoted } from './verl.ts'

const TEXT_COLUMNS: ReadonlySet<string> = new Set(['text', '__index_level_0__'])

/** Tells a text with its prompt; to a sink that imitates nothing, as an output to the query that the prompt quotes. */
function tell(told: ImitatedText, at: Place, sink: Sink): void {
  if (sink.imitation !== undefined) {
    sink.imitation(told, at)
    return
  }
  const { prompt, completion } = told
  sink.output({ queryId: String(at.row - 1), text: completion.slice(0, -END_OF_TURN.length), prompt, query: quoted(prompt) }, at)
}

/** Chats as one text each, in ChatML; what the assistant wrote last is the output, what stands before it the prompt. */
const SFT_TEXTS: Format = {
  name: 'SFT texts',
  role: 'texts',
  columns: ['text'],
  matches: (shape) => has(shape, 'text') && [...shape.columns].every((column) => TEXT_COLUMNS.has(column)),
  read(row, at, sink) {
    const whole = text(row['text'])
    if (!needs(whole, 'text', 'an empty text trains nothing', at, sink)) return
    const cut = cutChat(whole)
    if (cut !== undefined) tell(cut, at, sink)
    else if (sink.imitation === undefined) sink.output({ queryId: String(at.row - 1), text: whole }, at)
    else sink.reject(at, 'text', `text is "${shown(whole)}" and has no turn of the assistant with words in it; write it as <|im_start|>assistant, a line break and the words`)
  },
}

/** ShareGPT's names of who speaks, and everybody else's. */
const ROLES: ReadonlyMap<string, string> = new Map([
  ['system', 'system'], ['user', 'user'], ['human', 'user'], ['assistant', 'assistant'], ['gpt', 'assistant'], ['model', 'assistant'], ['bot', 'assistant'],
  ['chatgpt', 'assistant'], ['tool', 'tool'], ['function', 'tool'], ['observation', 'tool'],
])

/** A list of messages, `{role, content}` or `{from, value}`; undefined with the row rejected where it is none. */
function turnsOf(cell: unknown, column: string, at: Place, sink: Sink): ChatTurn[] | undefined {
  const refuse = (reason: string): undefined => {
    sink.reject(at, column, reason)
  }
  const list: unknown = typeof cell === 'string' && /^\s*\[/.test(cell) ? jsonOf(cell) : cell
  if (!Array.isArray(list) || list.length === 0) return refuse(`${column} is "${shown(cell)}"; a list of messages with role and content is needed`)
  const turns: ChatTurn[] = []
  for (const [i, message] of list.entries()) {
    const { role, from, content, value } = (typeof message === 'object' && message !== null ? message : {}) as Row
    const who = ROLES.get(text(role ?? from).toLowerCase())
    const said = wordsOf(content ?? value)
    if (who === undefined) return refuse(`message ${i + 1} of ${column} is by "${shown(role ?? from)}"; system, user (human), assistant (gpt) and tool are known`)
    if (said === undefined) return refuse(`message ${i + 1} of ${column} says "${shown(content ?? value)}"; a text is needed`)
    turns.push({ role: who, content: said })
  }
  return turns
}

/** A message's words: a text, or the texts of its parts. */
function wordsOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  const parts = content.map((part) => (typeof part === 'object' && part !== null ? (part as Row)['text'] : part))
  return parts.every((part) => typeof part === 'string') ? parts.join('') : undefined
}

function jsonOf(cell: string): unknown {
  try {
    return JSON.parse(cell)
  } catch {
    return undefined
  }
}

/** The last answer of a chat, with all that was said before it. */
function tellChat(turns: readonly ChatTurn[], column: string, at: Place, sink: Sink): void {
  const last = turns.findLastIndex(({ role, content }) => role === 'assistant' && content.trim() !== '')
  if (last < 0) sink.reject(at, column, `${column} holds no answer of the assistant; there is nothing to imitate`)
  else tell({ prompt: chatPrompt(turns.slice(0, last)), completion: ended(turns[last]!.content) }, at, sink)
}

/** `{"messages": [{"role", "content"}, …]}`, and ShareGPT's `{"conversations": [{"from", "value"}, …]}`. */
const CHATS: Format = {
  name: 'chats',
  role: 'texts',
  columns: ['messages', 'conversations'],
  matches: (shape) => hasAny(shape, 'messages', 'conversations'),
  read(row, at, sink) {
    const column = row['messages'] === undefined || row['messages'] === null ? 'conversations' : 'messages'
    const turns = turnsOf(row[column], column, at, sink)
    if (turns !== undefined) tellChat(turns, column, at, sink)
  },
}

/** `{"prompt", "completion"}`, each a text or a list of messages. A prompt that is no chat yet becomes what the user says. */
const PROMPT_COMPLETIONS: Format = {
  name: 'prompts with completions',
  role: 'texts',
  columns: ['prompt', 'completion'],
  matches: (shape) => has(shape, 'prompt', 'completion') && !hasAny(shape, 'reward_model', 'messages', 'conversations'),
  read(row, at, sink) {
    const { prompt, completion } = row
    const said = typeof completion === 'string' ? [{ role: 'assistant', content: completion }] : turnsOf(completion, 'completion', at, sink)
    if (said === undefined) return
    if (typeof prompt === 'string' && prompt.includes('<|im_start|>')) {
      const words = said.findLast(({ role }) => role === 'assistant')?.content ?? ''
      if (words.trim() === '') sink.reject(at, 'completion', 'completion is empty; there is nothing to imitate')
      else tell({ prompt, completion: ended(words) }, at, sink)
      return
    }
    if (typeof prompt === 'string' && prompt.trim() === '') return sink.reject(at, 'prompt', 'prompt is empty; nothing is answered')
    const asked = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : turnsOf(prompt, 'prompt', at, sink)
    if (asked !== undefined) tellChat([...asked, ...said], 'completion', at, sink)
  },
}

const OUTPUT = ['output', 'response', 'rewrite', 'answer'] as const
const ROW_ID = ['row_id', 'query_id', 'qid', 'user_id', 'id'] as const

/** `{query, output}`: answers to rows of the task, which writes them as completions of its own prompt. */
const QUERY_OUTPUTS: Format = {
  name: 'queries with outputs',
  role: 'texts',
  columns: ['query', ...ROW_ID, ...OUTPUT, 'thought'],
  matches: (shape) => has(shape, 'query') && hasAny(shape, ...OUTPUT) && !hasAny(shape, 'retrieved', 'item_id', 'product_id', 'reward_model', 'esci_label', 'prompt', 'messages'),
  read(row, at, sink) {
    const query = text(row['query'])
    const column = OUTPUT.find((name) => row[name] !== undefined && row[name] !== null) ?? OUTPUT[0]
    const cell = row[column]
    if (!needs(query, 'query', 'an output answers a query', at, sink)) return
    const output = typeof cell === 'string' ? cell : Array.isArray(cell) || (typeof cell === 'object' && cell !== null) ? JSON.stringify(cell) : text(cell)
    const said = answerOf(output)
    if (said === undefined) return sink.reject(at, column, `${column} is "${shown(cell)}"; an output with an answer in it is needed`)
    const rowId = ROW_ID.map((name) => text(row[name])).find((id) => id !== '')
    const thought = text(row['thought'])
    if (sink.imitation === undefined) sink.output({ queryId: rowId ?? '', query, text: output }, at)
    else sink.imitation({ query, ...said, ...(rowId === undefined ? {} : { rowId }), ...(thought === '' ? {} : { thought }) }, at)
  },
}

/** Every kind of file that supervised training imitates. */
export const TEXT_FORMATS: readonly Format[] = [SFT_TEXTS, CHATS, PROMPT_COMPLETIONS, QUERY_OUTPUTS]
