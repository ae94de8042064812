// Prompts as data: what the policy reads, and how its turn begins. Chat markup is part of the text, as in the released data.
import type { Settings } from './settings.ts'

/** What a task says in either frame; each text with its places already filled. */
export interface Wording {
  /** the user's turn of the long frame, up to the instruction on the format */
  readonly body: string
  /** a sentence of that instruction, with the space at its end; the empty string for none */
  readonly rule: string
  /** the JSON of its example */
  readonly example: string
  /** whether the sentences of the instruction stand on lines of their own, and no full stop after the example: the released re-ranking prompt */
  readonly isBroken?: boolean
  /** the user's turn of the compact frame */
  readonly short: string
}

export type FrameSettings = Pick<Settings, 'template' | 'thinking'> & Partial<Pick<Settings, 'answerForm'>>

const ASSISTANT = '<|im_start|>assistant\n'

/** The special token that ends a turn, and with it a completion. */
export const END_OF_TURN = '<|im_end|>'

/** The sentence of the released sparse prompts and of Beauty's; the dense ones lack it. */
export const BOOLEAN_RULE = 'The generated query should use Boolean operators (AND, OR) to structure your query logically. '

/** The JSON of the released example, whose value is no JSON. */
export const QUERY_EXAMPLE = '{\n    "query": xxx\n}'

/** The released wording for sparse retrieval, its doubled "retrieve" included (linjc16/Rec-R1, ESCI and C4). */
export function searchWording(query: string): Wording {
  return {
    body: `You are an expert in query generation. Given a query, your task is to create query terms to retrieve retrieve the most relevant products, \
ensuring they best meet customer needs.\nBelow is the query:\n\`\`\`${query}\`\`\``,
    rule: BOOLEAN_RULE, example: QUERY_EXAMPLE, short: `Rewrite: ${query}`,
  }
}

export interface Prompt {
  /** everything the policy reads, its own prefilled words included */
  readonly text: string
  /** the part of `text` that belongs to the assistant's turn */
  readonly prefill: string
}

/** Chat markup is broken up (`<|` becomes `< |`), so that no text of a shopper or of a product can end the user's turn. */
export function unmarked(text: string): string {
  return text.replaceAll('<|', '< |')
}

/**
 * A task's words in the frame that the settings choose. `rec-r1` is the released one with its four output modes (src/sft of linjc16/Rec-R1):
 * thinking with JSON (`normal`, and every RL prompt), JSON alone (`no_reason`), the bare answer (`no_reason_no_json`), and thinking with the bare
 * answer (`with_reason_no_json`). Deviations from the release:
 * - chat markup inside the words is broken up;
 * - the last mode's training texts lack "Let me solve this step by step.", which its test prompts have: here both have it, and the
 *   assistant's turn is begun through `<think>` as in the RL prompts.
 * `compact` is ours, for small policies: the task's short words alone, and a thought that is already empty where thinking is off.
 */
export function renderFrame({ body, rule, example, isBroken = false, short }: Wording, settings: FrameSettings): Prompt {
  const { template, thinking, answerForm = 'json' } = settings
  if (template === 'compact') {
    const prefill = thinking ? '<think>' : '<think></think>'
    return { text: `<|im_start|>user\n${unmarked(short)}<|im_end|>\n${ASSISTANT}${prefill}`, prefill }
  }
  const system = thinking ? 'You first think about the reasoning process in the mind and then provide the user with the answer.'
    : 'You need to provide the user with the answer.'
  const [form, shown] = answerForm === 'json' ? ['in JSON format ', `\n${example}\n`] : ['', 'xxx']
  const prefill = thinking ? 'Let me solve this step by step.\n<think>' : ''
  const next = isBroken ? ' \n' : ' '
  const work = thinking ? `Show your work in <think> </think> tags.${next}` : ''
  const instruction = `${work}Your final response must be ${form}within <answer> </answer> tags.${next}${rule}`
  return {
    text: `<|im_start|>system
You are a helpful AI assistant. ${system}<|im_end|>
<|im_start|>user
${unmarked(body)}
${instruction}For example,
<answer>${shown}</answer>${isBroken ? '' : '.'}<|im_end|>
${ASSISTANT}${prefill}`,
    prefill,
  }
}

/** The prompt of sparse product search for a query. */
export function renderPrompt(query: string, settings: FrameSettings): Prompt {
  return renderFrame(searchWording(query), settings)
}

/** What stands around an answer, given between its tags: what SFT teaches, with the token that ends the turn. */
export function renderAnswer(thought: string, inside: string, thinking: boolean): string {
  return `${thinking ? `${thought}</think>` : ''}<answer>${inside}</answer>${END_OF_TURN}`
}

/** A completion of product search that keeps the format. */
export function renderCompletion(thought: string, rewrite: string, thinking: boolean): string {
  return renderAnswer(thought, `{"query": ${JSON.stringify(rewrite)}}`, thinking)
}
