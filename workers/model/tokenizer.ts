// The model's own tokenizer and chat template from the files of its folder, by Hugging Face's tokenizers.js and jinja, with the reference's ids.
import type { Decoder, Normalizer, PreTokenizer, Tokenizer as Library } from '@huggingface/tokenizers'
import type { ModelFiles } from '../../src/protocol/policy.ts'
import { AddedTokens, type AddedToken } from './addedTokens.ts'
import { normalise } from './normalForms.ts'
import { splitAsBefore } from './unicode16.ts'

export interface Tokenizer {
  /** Special tokens are recognised, nothing is added. */
  encode(text: string): number[]
  decode(ids: readonly number[]): string
  /** whether the model's files hold a chat template that is used */
  readonly hasChat: boolean
  encodeChat(messages: readonly { readonly role: string; readonly content: string }[]): number[]
  /** The id of a special token's text. Throws when the tokenizer has no such single token. */
  idOf(text: string): number
}

type Json = Readonly<Record<string, unknown>>
type Source = Pick<ModelFiles, 'tokenizer' | 'tokenizerConfig' | 'chatTemplate'>

/** Undefined when the folder has no tokenizer.json. */
export async function openTokenizer(files: Source): Promise<Tokenizer | undefined> {
  if (files.tokenizer === undefined) return undefined
  const [library, { Template }] = await Promise.all([import('@huggingface/tokenizers'), import('@huggingface/jinja')])
  const model = parse(files.tokenizer, 'tokenizer.json')
  const config = files.tokenizerConfig === undefined ? {} : parse(files.tokenizerConfig, 'tokenizer_config.json')
  const tokenizer = new library.Tokenizer({ normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, added_tokens: [], ...model }, config)
  followReference(library, tokenizer, model)
  const encode = encoder(tokenizer)
  const vocabulary = tokenizer.model?.vocab ?? []
  let template: InstanceType<typeof Template> | undefined
  return {
    encode,
    hasChat: files.chatTemplate !== undefined || config['chat_template'] !== undefined && config['chat_template'] !== null,
    // a model may have more rows than its tokenizer has tokens: such ids stand for nothing
    decode: (ids) => {
      const known = ids.filter((id) => vocabulary[id] !== undefined)
      return known.length === 0 ? '' : tokenizer.decode(known, { skip_special_tokens: false, clean_up_tokenization_spaces: false })
    },
    encodeChat: (messages) => {
      template ??= new Template(chatTemplate(files, config))
      return encode(template.render({ messages: messages.map(({ role, content }) => ({ role, content })), tools: null, documents: null, add_generation_prompt: true, ...namedTokens(config) }))
    },
    idOf: (text) => {
      const ids = encode(text)
      const [id] = ids
      if (id === undefined || ids.length !== 1) throw new Error(`tokenizer: stop text ${JSON.stringify(text)} is ${ids.length} tokens, but must be exactly one`)
      return id
    },
  }
}

function parse(bytes: ArrayBuffer, name: string): Json {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw new Error(`${name} is no JSON; the file is damaged or of another kind`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${name} holds no JSON object`)
  return value as Json
}

/** Added tokens first in the text as it is, then in the normalised text between; the rest by pre-tokenizer and model. */
function encoder(tokenizer: Library): (text: string) => number[] {
  const { normalizer, pre_tokenizer: preTokenizer, model } = tokenizer
  if (model === null) throw new Error('tokenizer.json: model is missing; the file is damaged or of another kind')
  const normalised = (text: string): string => (normalizer === null ? text : normalizer(text))
  const tokens: readonly AddedToken[] = [...tokenizer.get_added_tokens_decoder().values()]
  const before = new AddedTokens(tokens.filter((token) => !token.normalized), (content) => content)
  const after = new AddedTokens(tokens.filter((token) => token.normalized), normalised)
  const idsOf = (text: string, first: boolean): number[] => {
    const pieces = preTokenizer === null ? [text] : preTokenizer(text, { section_index: first ? 0 : 1 })
    return model(pieces).flatMap((token) => model.tokens_to_ids.get(token) ?? model.unk_token_id ?? [])
  }
  return (text) => before.split(text).flatMap((section) => ('id' in section
    ? [section.id]
    : after.split(normalised(section.text)).flatMap((inner) => ('id' in inner ? [inner.id] : idsOf(inner.text, section.start === 0 && inner.start === 0)))))
}

/** Replaces what tokenizers.js 0.2 does otherwise than the Rust library: normal forms, classes of new characters, Metaspace's splitting, and decoding of bytes that are no UTF-8. */
function followReference(library: typeof import('@huggingface/tokenizers'), tokenizer: Library, json: Json): void {
  const normalizerOf = (normalizer: Normalizer | null): Normalizer | null => {
    if (normalizer instanceof library.SequenceNormalizer) normalizer.normalizers = normalizer.normalizers.map(normalizerOf)
    for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) {
      if (normalizer instanceof library[`${form}Normalizer`]) normalizer.normalize = (text) => normalise(text, form)
    }
    return normalizer
  }
  const preTokenizerOf = (preTokenizer: PreTokenizer | null, config: Json): void => {
    if (preTokenizer instanceof library.SequencePreTokenizer) preTokenizer.tokenizers.forEach((each, i) => preTokenizerOf(each, (config['pretokenizers'] as readonly Json[])[i] ?? {}))
    if (preTokenizer instanceof library.SplitPreTokenizer) {
      const split = preTokenizer.pre_tokenize_text.bind(preTokenizer)
      preTokenizer.pre_tokenize_text = (text) => splitAsBefore(text, split)
    }
    if (!(preTokenizer instanceof library.MetaspacePreTokenizer)) return
    if (config['prepend_scheme'] === undefined && config['add_prefix_space'] === false) preTokenizer.prepend_scheme = 'never'
    if (config['split'] === false) return
    const whole = preTokenizer.pre_tokenize_text.bind(preTokenizer)
    const { replacement } = preTokenizer
    // every replacement begins a piece of its own
    preTokenizer.pre_tokenize_text = (text, options) => whole(text, options).flatMap((piece) => piece.split(replacement).flatMap((part, i) => (i > 0 ? [replacement + part] : part === '' ? [] : [part])))
  }
  const decoderOf = (decoder: Decoder | null): void => {
    if (decoder instanceof library.SequenceDecoder) decoder.decoders.forEach(decoderOf)
    if (decoder instanceof library.ByteFallbackDecoder) decoder.decode_chain = decodeBytes
  }
  tokenizer.normalizer = normalizerOf(tokenizer.normalizer)
  preTokenizerOf(tokenizer.pre_tokenizer, (json['pre_tokenizer'] ?? {}) as Json)
  decoderOf(tokenizer.decoder)
}

/** Runs of byte tokens (`<0xE2>`) as text; a run that is no UTF-8 becomes one replacement character for each of its bytes. */
function decodeBytes(tokens: string[]): string[] {
  const out: string[] = []
  let run: number[] = []
  const flush = (): void => {
    if (run.length === 0) return
    try {
      out.push(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(run)))
    } catch {
      out.push(...run.map(() => '\ufffd'))
    }
    run = []
  }
  for (const token of tokens) {
    if (/^<0x[0-9A-Fa-f]{2}>$/.test(token)) run.push(parseInt(token.slice(3, 5), 16))
    else {
      flush()
      out.push(token)
    }
  }
  flush()
  return out
}

/** chat_template.jinja, or tokenizer_config.json's chat_template: a text, or a list of named ones of which `default` is taken. */
function chatTemplate(files: Source, config: Json): string {
  if (files.chatTemplate !== undefined) return new TextDecoder().decode(files.chatTemplate)
  const given = config['chat_template']
  if (typeof given === 'string') return given
  const named = Array.isArray(given) ? (given as readonly { name?: unknown; template?: unknown }[]) : []
  const found = named.find(({ name }) => name === 'default')?.template
  if (typeof found === 'string') return found
  if (named.length > 0) throw new Error(`tokenizer_config.json: chat_template names ${named.map(({ name }) => String(name)).join(', ')}, but not default; keep the one to use as chat_template.jinja`)
  throw new Error('the model has no chat template; add chat_template.jinja to its folder, or chat_template to tokenizer_config.json')
}

/** bos_token and the like, which templates name; each a text or an object with its content. */
function namedTokens(config: Json): Record<string, string> {
  const out: Record<string, string> = {}
  for (const key of ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token']) {
    const value = config[key]
    const content = typeof value === 'object' && value !== null ? (value as { content?: unknown }).content : value
    if (typeof content === 'string' && content !== '') out[key] = content
  }
  return out
}
