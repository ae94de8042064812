// What a policy's output asks the recommender for. Outputs are hostile until parsed, and no output makes a parser throw.
import type { Prompt } from './prompt.ts'
import type { Settings } from './settings.ts'

/**
 * `query`: the format holds; `query` is the answer as a text, `items` its single entries where the task asks for a list. `unusable`: it holds by the released rules, but there is nothing to search for; the reward is 0.
 * `malformed`: it doesn't.
 */
export type Request =
  | { readonly kind: 'query'; readonly query: string; readonly items?: readonly string[] }
  | { readonly kind: 'unusable' | 'malformed'; readonly reason: string }

const TAGS = ['<think>', '</think>', '<answer>', '</answer>'] as const

/**
 * The strict parser of training (verl/utils/reward_score of linjc16/Rec-R1): in the assistant's turn each of the four tags stands
 * exactly once and in order, and the answer is JSON that contains `query`. Deviations from the released code:
 * - an answer that is a number, `true` or `null` is malformed; there it is an uncaught TypeError that ends the run;
 * - `NaN` and `Infinity` are no JSON here; Python reads them;
 * - a `query` that is `true` or `null` is unusable, as lists and objects are there;
 * - the assistant's turn is known, not searched for; only `as-released` starts after the first "Assistant:" wherever that stands.
 */
export function parseTraining(prompt: Prompt, completion: string, mode: Settings['mode']): Request {
  const text = assistantText(prompt, completion, mode)
  let from = 0
  for (const tag of TAGS) {
    const at = text.indexOf(tag)
    if (at < 0) return { kind: 'malformed', reason: `${tag} is missing` }
    if (text.includes(tag, at + tag.length)) return { kind: 'malformed', reason: `${tag} stands more than once` }
    if (at < from) return { kind: 'malformed', reason: `${tag} is out of order` }
    from = at + tag.length
  }
  return parseAnswer(text.slice(text.indexOf('<answer>') + '<answer>'.length, text.indexOf('</answer>')))
}

/**
 * The lenient reading of evaluation: the query of the last answer, else that answer's own text, else the whole completion.
 * As eval_search of the released code has it, with one deviation: tags and special tokens are taken out of a whole completion.
 */
export function parseEvaluation(prompt: Prompt, completion: string): string {
  const text = prompt.prefill + completion
  const close = text.lastIndexOf('</answer>')
  const open = close < 0 ? -1 : text.lastIndexOf('<answer>', close)
  if (open < 0) return completion.replaceAll(/<\/?(?:think|answer)>|<\|[a-z_]{1,40}\|>/g, ' ').trim()
  const answer = text.slice(open + '<answer>'.length, close).trim()
  const request = parseAnswer(answer)
  return request.kind === 'query' ? request.query : answer
}

function assistantText(prompt: Prompt, completion: string, mode: Settings['mode']): string {
  const marker = 'Assistant:'
  const whole = prompt.text + completion
  const at = mode === 'as-released' ? whole.indexOf(marker) : -1
  return at < 0 ? prompt.prefill + completion : whole.slice(at + marker.length)
}

/** JSON "containing query" as Python's `in` has it: a key of an object, an element of a list, a part of a string. */
export function parseAnswer(answer: string): Request {
  let value: unknown
  try {
    value = JSON.parse(answer.trim())
  } catch {
    return { kind: 'malformed', reason: 'the answer is not JSON' }
  }
  if (Array.isArray(value)) {
    return value.includes('query') ? { kind: 'unusable', reason: 'the answer is a list' } : { kind: 'malformed', reason: 'the answer holds no query' }
  }
  if (typeof value === 'string') {
    return value.includes('query') ? { kind: 'unusable', reason: 'the answer is a text' } : { kind: 'malformed', reason: 'the answer holds no query' }
  }
  if (typeof value !== 'object' || value === null) return { kind: 'malformed', reason: 'the answer is JSON, but no object' }
  if (!Object.hasOwn(value, 'query')) return { kind: 'malformed', reason: 'the answer holds no query' }
  const { query } = value as { readonly query: unknown }
  if (typeof query === 'string') return { kind: 'query', query }
  if (typeof query === 'number') return { kind: 'query', query: String(query) }
  return { kind: 'unusable', reason: 'the query is neither text nor number' }
}
