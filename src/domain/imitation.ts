// What supervised training imitates: outputs of a teacher, labels, or the policy's own best.
import { thoughtOf } from './outputs.ts'
import { END_OF_TURN } from './prompt.ts'
import { parseTraining, type ParseSettings } from './request.ts'

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

export function isText(imitation: Imitation): imitation is ImitatedText {
  return 'prompt' in imitation
}

/** One turn of a chat. */
export interface ChatTurn {
  readonly role: string
  readonly content: string
}

const turn = (role: string): string => `<|im_start|>${role}\n`

/** A chat in ChatML, as Qwen2's template writes it but for its default system turn: the turns as given, and the assistant's begun. */
export function chatPrompt(turns: readonly ChatTurn[]): string {
  return `${turns.map(({ role, content }) => `${turn(role)}${content}${END_OF_TURN}\n`).join('')}${turn('assistant')}`
}

/** A completion ends with the token that ends the turn, once. */
export function ended(completion: string): string {
  const written = completion.trimEnd()
  return written.endsWith(END_OF_TURN) ? written : `${completion}${END_OF_TURN}`
}

/** A whole chat as one text, cut where its last assistant's turn begins; undefined where it has none, or nothing in it. */
export function cutChat(text: string): ImitatedText | undefined {
  const begin = text.lastIndexOf(turn('assistant'))
  const at = begin + turn('assistant').length
  const said = text.slice(at)
  if (begin < 0 || said.replace(END_OF_TURN, '').trim() === '') return undefined
  const end = said.indexOf(END_OF_TURN)
  return { prompt: text.slice(0, at), completion: ended(end < 0 ? said : said.slice(0, end)) }
}

/** Whether a text holds to the strict format of training, its first `<think>` counted among what the prompt begins. */
export function keepsFormat({ prompt, completion }: ImitatedText, settings: ParseSettings): boolean {
  const begun = prompt.slice(prompt.lastIndexOf(turn('assistant')) + turn('assistant').length)
  const at = begun.includes('<think>') ? -1 : completion.indexOf('<think>')
  const own = at < 0 ? '' : completion.slice(0, at + '<think>'.length)
  return parseTraining({ text: prompt + own, prefill: begun + own }, completion.slice(own.length).replace(END_OF_TURN, ''), settings).kind === 'query'
}

const NAMED = ['query', 'profile', 'text', 'answer', 'rewrite'] as const
const LISTED = ['items', 'ranking', 'order', 'ids', 'names'] as const

/**
 * What an output answers: the text between its last answer tags, else the whole of it after the thought; of JSON the named text, or the items of a
 * list. Undefined where nothing is left.
 */
export function answerOf(output: string): Pick<ImitatedAnswer, 'answer' | 'thought'> | undefined {
  const plain = output.replaceAll(END_OF_TURN, '')
  const close = plain.lastIndexOf('</answer>')
  const open = close < 0 ? -1 : plain.lastIndexOf('<answer>', close)
  const thought = thoughtOf(plain)
  const rest = open >= 0 ? plain.slice(open + '<answer>'.length, close) : plain.slice(plain.lastIndexOf('</think>') + (plain.includes('</think>') ? '</think>'.length : 1))
  const answer = saidBy(rest.trim())
  return answer === undefined || answer.length === 0 ? undefined : { answer, ...(thought === undefined ? {} : { thought }) }
}

function saidBy(text: string): string | readonly string[] | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return text
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const record = value as Readonly<Record<string, unknown>>
    value = [...NAMED, ...LISTED].map((name) => record[name]).find((said) => said !== undefined)
    if (value === undefined) return text
  }
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string' || typeof item === 'number') ? value.map(String) : text
  return typeof value === 'string' ? value : text
}

/** What became of a file of texts, before anything imitates them. */
export interface ImitationCounts {
  /** texts with their own prompts, and answers to rows */
  readonly texts: number
  readonly answers: number
  /** given before, word for word; left out */
  readonly repeated: number
}
