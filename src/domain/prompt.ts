// Prompts as data: what the policy reads, and how its turn begins. Chat markup is part of the text, as in the released data.
import type { Settings } from './settings.ts'

interface Template {
  /** system and user turns with one `{query}`; ends where the assistant's turn begins */
  readonly turns: string
  /** the assistant's turn up to the thought, and up to the answer when thinking is off */
  readonly prefill: { readonly thinking: string; readonly silent: string }
}

const ASSISTANT = '<|im_start|>assistant\n'

/** The special token that ends a turn, and with it a completion. */
export const END_OF_TURN = '<|im_end|>'

export const TEMPLATES: Readonly<Record<Settings['template'], Template>> = {
  // The released frame for sparse retrieval, its doubled "retrieve" and its Boolean sentence included (linjc16/Rec-R1, ESCI and C4).
  'rec-r1': {
    turns: `<|im_start|>system
You are a helpful AI assistant. You first think about the reasoning process in the mind and then provide the user with the answer.<|im_end|>
<|im_start|>user
You are an expert in query generation. Given a query, your task is to create query terms to retrieve retrieve the most relevant products, \
ensuring they best meet customer needs.
Below is the query:
\`\`\`{query}\`\`\`
Show your work in <think> </think> tags. Your final response must be in JSON format within <answer> </answer> tags. \
The generated query should use Boolean operators (AND, OR) to structure your query logically. For example,
<answer>
{
    "query": xxx
}
</answer>.<|im_end|>
${ASSISTANT}`,
    prefill: { thinking: 'Let me solve this step by step.\n<think>', silent: 'Let me solve this step by step.\n<think>\n</think>\n' },
  },
  // Short instructions for small policies; the four tags and the JSON are asked for all the same.
  compact: {
    turns: `<|im_start|>user\nRewrite: {query}<|im_end|>\n${ASSISTANT}`,
    prefill: { thinking: '<think>', silent: '<think></think>' },
  },
}

export interface Prompt {
  /** everything the policy reads, its own prefilled words included */
  readonly text: string
  /** the part of `text` that belongs to the assistant's turn */
  readonly prefill: string
}

/**
 * The prompt for a query. Deviation from the released code: chat markup inside a query is broken up (`<|` becomes `< |`),
 * so that no shopper can end the user's turn.
 */
export function renderPrompt(query: string, { template, thinking }: Pick<Settings, 'template' | 'thinking'>): Prompt {
  const { turns, prefill: prefills } = TEMPLATES[template]
  const prefill = thinking ? prefills.thinking : prefills.silent
  const [before, after] = turns.split('{query}')
  return { text: `${before}${query.replaceAll('<|', '< |')}${after}${prefill}`, prefill }
}

/** A completion that keeps the format: what SFT teaches, with the token that ends the turn. */
export function renderCompletion(thought: string, rewrite: string, thinking: boolean): string {
  return `${thinking ? `${thought}</think>` : ''}<answer>{"query": ${JSON.stringify(rewrite)}}</answer>${END_OF_TURN}`
}
