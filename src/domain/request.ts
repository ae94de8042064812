// What a policy's output asks the recommender for. Outputs are hostile until parsed, and no output makes a parser throw.
import type { Prompt } from './prompt.ts'
import type { Settings } from './settings.ts'

/**
 * `query`: the format holds; `query` is the answer as a text, `items` its single entries where the task asks for a list. `unusable`: it holds by
 * the released rules, but there is nothing to search for; the reward is 0. `malformed`: it doesn't.
 */
export type Request =
  | { readonly kind: 'query'; readonly query: string; readonly items?: readonly string[] }
  | { readonly kind: 'unusable' | 'malformed'; readonly reason: string }

type Malformed = Extract<Request, { readonly reason: string }>

export type ParseSettings = Pick<Settings, 'mode'> & Partial<Pick<Settings, 'answerForm'>>

const THOUGHT_TAGS = ['<think>', '</think>'] as const
const ANSWER_TAGS = ['<answer>', '</answer>'] as const

/**
 * What stands between the answer's tags, by the strict rules of training (verl/utils/reward_score of linjc16/Rec-R1): in the assistant's turn
 * each of the four tags stands exactly once and in order. Deviations from the released code:
 * - the assistant's turn is known, not searched for; only `as-released` starts after the first "Assistant:" wherever that stands;
 * - where the prompt asks for no thought and begins none (the released modes without reasoning, which no released reward reads), the two tags of
 *   the answer stand exactly once and in order, and those of a thought nowhere.
 */
export function strictAnswer(prompt: Prompt, completion: string, mode: Settings['mode']): string | Malformed {
  const text = assistantText(prompt, completion, mode)
  const isSilent = !prompt.prefill.includes('<think>')
  if (isSilent) {
    const tag = THOUGHT_TAGS.find((each) => text.includes(each))
    if (tag !== undefined) return { kind: 'malformed', reason: `${tag} stands where no thought was asked for` }
  }
  let from = 0
  for (const tag of isSilent ? ANSWER_TAGS : [...THOUGHT_TAGS, ...ANSWER_TAGS]) {
    const at = text.indexOf(tag)
    if (at < 0) return { kind: 'malformed', reason: `${tag} is missing` }
    if (text.includes(tag, at + tag.length)) return { kind: 'malformed', reason: `${tag} stands more than once` }
    if (at < from) return { kind: 'malformed', reason: `${tag} is out of order` }
    from = at + tag.length
  }
  return text.slice(text.indexOf('<answer>') + '<answer>'.length, text.indexOf('</answer>'))
}

/**
 * The strict parser of training for a single text: JSON that contains `key`, or the bare answer. Deviations from the released code:
 * - an answer that is a number, `true` or `null` is malformed; there it is an uncaught TypeError that ends the run;
 * - `NaN` and `Infinity` are no JSON here; Python reads them;
 * - a `query` that is `true` or `null` is unusable, as lists and objects are there;
 * - the released code has no reward for bare answers: any text between the tags is one, without the spaces around it.
 */
export function parseTraining(prompt: Prompt, completion: string, { mode, answerForm = 'json' }: ParseSettings, key = 'query'): Request {
  const answer = strictAnswer(prompt, completion, mode)
  if (typeof answer !== 'string') return answer
  return answerForm === 'plain' ? { kind: 'query', query: answer.trim() } : parseAnswer(answer, key)
}

/**
 * What the lenient reading of evaluation looks into: the text of the last answer, else the whole completion without tags and special tokens.
 * As eval_search of the released code has it, but that there the whole completion keeps them.
 */
export function lenientAnswer(prompt: Prompt, completion: string): { readonly text: string; readonly isTagged: boolean } {
  const text = prompt.prefill + completion
  const close = text.lastIndexOf('</answer>')
  const open = close < 0 ? -1 : text.lastIndexOf('<answer>', close)
  if (open < 0) return { text: completion.replaceAll(/<\/?(?:think|answer)>|<\|[a-z_]{1,40}\|>/g, ' ').trim(), isTagged: false }
  return { text: text.slice(open + '<answer>'.length, close).trim(), isTagged: true }
}

/** The lenient reading of a single text: the query of the last answer, else that answer's own text, else the whole completion. */
export function parseEvaluation(prompt: Prompt, completion: string, key = 'query'): string {
  const { text, isTagged } = lenientAnswer(prompt, completion)
  const request = isTagged ? parseAnswer(text, key) : undefined
  return request?.kind === 'query' ? request.query : text
}

function assistantText(prompt: Prompt, completion: string, mode: Settings['mode']): string {
  const marker = 'Assistant:'
  const whole = prompt.text + completion
  const at = mode === 'as-released' ? whole.indexOf(marker) : -1
  return at < 0 ? prompt.prefill + completion : whole.slice(at + marker.length)
}

/** JSON of any text; undefined where it is none, or nested too deep to read. */
export function readJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text.trim()) }
  } catch {
    return undefined
  }
}

/** JSON "containing query" as Python's `in` has it: a key of an object, an element of a list, a part of a string. */
export function parseAnswer(answer: string, key = 'query'): Request {
  const json = readJson(answer)
  if (json === undefined) return { kind: 'malformed', reason: 'the answer is not JSON' }
  const { value } = json
  const lacks = { kind: 'malformed', reason: `the answer holds no ${key}` } as const
  if (Array.isArray(value)) return value.includes(key) ? { kind: 'unusable', reason: 'the answer is a list' } : lacks
  if (typeof value === 'string') return value.includes(key) ? { kind: 'unusable', reason: 'the answer is a text' } : lacks
  if (typeof value !== 'object' || value === null) return { kind: 'malformed', reason: 'the answer is JSON, but no object' }
  if (!Object.hasOwn(value, key)) return lacks
  const said = (value as Readonly<Record<string, unknown>>)[key]
  if (typeof said === 'string') return { kind: 'query', query: said }
  if (typeof said === 'number') return { kind: 'query', query: String(said) }
  return { kind: 'unusable', reason: `the ${key} is neither text nor number` }
}
