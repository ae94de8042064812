// The model's own tokenizer and chat template, by transformers.js, from the files of its folder.
import type { ModelFiles } from '../../src/protocol/policy.ts'

export interface Tokenizer {
  encode(text: string): number[]
  decode(ids: readonly number[]): string
  encodeChat(messages: readonly { readonly role: string; readonly content: string }[]): number[]
  /** The id of a special token's text. Throws when the tokenizer has no such single token. */
  idOf(text: string): number
}

/** Undefined when the folder has no tokenizer.json. */
export async function openTokenizer(files: ModelFiles): Promise<Tokenizer | undefined> {
  if (files.tokenizer === undefined) return undefined
  const { PreTrainedTokenizer } = await import('@huggingface/transformers')
  const parse = (bytes: ArrayBuffer, name: string): Record<string, unknown> => {
    try {
      return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
    } catch {
      throw new Error(`${name} is no JSON; the file is damaged or of another kind`)
    }
  }
  const model = parse(files.tokenizer, 'tokenizer.json')
  const config = files.tokenizerConfig === undefined ? {} : parse(files.tokenizerConfig, 'tokenizer_config.json')
  const tokenizer = new PreTrainedTokenizer(model, config)
  const encode = (text: string): number[] => (text === '' ? [] : tokenizer.encode(text, { add_special_tokens: false }))
  return {
    encode,
    decode: (ids) => (ids.length === 0 ? '' : tokenizer.decode([...ids], { skip_special_tokens: false, clean_up_tokenization_spaces: false })),
    encodeChat: (messages) => encode(String(tokenizer.apply_chat_template(messages.map(({ role, content }) => ({ role, content })), { tokenize: false, add_generation_prompt: true }))),
    idOf: (text) => {
      const ids = encode(text)
      const [id] = ids
      if (id === undefined || ids.length !== 1) throw new Error(`tokenizer: stop text ${JSON.stringify(text)} is ${ids.length} tokens, but must be exactly one`)
      return id
    },
  }
}
