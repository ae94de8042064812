// Prompts, completions and stops are written in ChatML; a model whose tokenizer has none of it reads the same turns in its own chat template.
import { END_OF_TURN } from '../../src/domain/prompt.ts'
import type { Tokenizer } from './tokenizer.ts'

export interface Markup {
  /**
   * Ids of a prompt in ChatML, whose words after the last turn's beginning are the reply's own first ones; or of a reply that ends its turn.
   * Any other text is encoded as it stands.
   */
  encode(text: string): number[]
  /** Ids that end a completion. Throws for a text that is no single token and has nothing to stand in for it. */
  stops(texts: readonly string[]): number[]
}

const TURN = /<\|im_start\|>(\w+)\n([\s\S]*?)<\|im_end\|>\n?/y
const REPLY = '<|im_start|>assistant\n'

interface Chat {
  readonly messages: readonly { readonly role: string; readonly content: string }[]
  /** words that are put into the reply's mouth */
  readonly begun: string
}

/** The turns of a ChatML text that asks for a reply; undefined for any other text. */
export function turnsOf(text: string): Chat | undefined {
  const messages: { role: string; content: string }[] = []
  let at = 0
  for (;;) {
    TURN.lastIndex = at
    const turn = TURN.exec(text)
    if (turn === null) break
    messages.push({ role: turn[1]!, content: turn[2]! })
    at = TURN.lastIndex
  }
  return messages.length > 0 && text.startsWith(REPLY, at) ? { messages, begun: text.slice(at + REPLY.length) } : undefined
}

/** `eosIds`: what config.json and generation_config.json name as the end of a text. */
export function markupOf(tokenizer: Tokenizer, eosIds: readonly number[]): Markup {
  const idOf = (text: string): number | undefined => {
    const ids = tokenizer.encode(text)
    return ids.length === 1 ? ids[0] : undefined
  }
  const native = idOf(END_OF_TURN) !== undefined
  /** What the model's own template ends a reply with, of the ends that it has: the only one that it was taught to stop a turn by. */
  const endOfTurn = (): number | undefined => {
    const told = tokenizer.hasChat ? tokenizer.encodeChat([{ role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }]) : []
    return told.findLast((id) => eosIds.includes(id)) ?? eosIds[0]
  }
  return {
    encode: (text) => {
      const chat = native || !tokenizer.hasChat ? undefined : turnsOf(text)
      if (chat !== undefined) return [...tokenizer.encodeChat(chat.messages), ...tokenizer.encode(chat.begun)]
      const end = native || !text.endsWith(END_OF_TURN) ? undefined : endOfTurn()
      return end === undefined ? tokenizer.encode(text) : [...tokenizer.encode(text.slice(0, -END_OF_TURN.length)), end]
    },
    stops: (texts) => [...new Set(texts.flatMap((text) => {
      const id = idOf(text)
      if (id !== undefined) return [id]
      if (text === END_OF_TURN && eosIds.length > 0) return eosIds
      // says what is wrong with it
      return [tokenizer.idOf(text)]
    }))],
  }
}
