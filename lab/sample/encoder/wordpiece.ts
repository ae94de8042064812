// The encoder's tokenizer: WordPiece over a catalogue's own words, with pieces of words for what is misspelt or new.
import { PreTrainedTokenizer } from '@huggingface/transformers'

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const
export const MOST_TOKENS = 256
/** Words of at least so many letters also lend their beginnings and ends, of these lengths. */
const LONG = 5
const BEGINNINGS = [3, 4]
const ENDS = [2, 3]

/** Special tokens, then pieces by their text, then words by their text: a function of the set of words alone. */
export function vocabularyOf(texts: Iterable<string>): string[] {
  const words = new Set<string>()
  for (const text of texts) for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? []) words.add(word)
  const pieces = new Set<string>()
  for (const letter of 'abcdefghijklmnopqrstuvwxyz0123456789') pieces.add(letter).add(`##${letter}`)
  for (const word of words) {
    if (word.length < LONG) continue
    for (const length of BEGINNINGS) pieces.add(word.slice(0, length))
    for (const length of ENDS) pieces.add(`##${word.slice(-length)}`)
  }
  return [...SPECIAL, ...[...pieces].filter((piece) => !words.has(piece)).toSorted(byCode), ...[...words].toSorted(byCode)]
}

/** By code units: no machine's language decides the order. */
const byCode = (a: string, b: string): number => (a < b ? -1 : 1)

export function tokenizerFiles(vocabulary: readonly string[]): { readonly 'tokenizer.json': object; readonly 'tokenizer_config.json': object } {
  const id = (token: (typeof SPECIAL)[number]): number => SPECIAL.indexOf(token)
  return {
    'tokenizer.json': {
      version: '1.0', truncation: null, padding: null,
      added_tokens: SPECIAL.map((content) => ({
        id: id(content), content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true,
      })),
      normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '[SEP]', type_id: 0 } }],
        pair: [
          { SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '[SEP]', type_id: 0 } },
          { Sequence: { id: 'B', type_id: 1 } }, { SpecialToken: { id: '[SEP]', type_id: 1 } },
        ],
        special_tokens: Object.fromEntries((['[CLS]', '[SEP]'] as const).map((token) => [token, { id: token, ids: [id(token)], tokens: [token] }])),
      },
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100,
        vocab: Object.fromEntries(vocabulary.map((token, index) => [token, index])),
      },
    },
    'tokenizer_config.json': {
      tokenizer_class: 'BertTokenizer', do_lower_case: true, model_max_length: MOST_TOKENS,
      pad_token: '[PAD]', unk_token: '[UNK]', cls_token: '[CLS]', sep_token: '[SEP]', mask_token: '[MASK]',
    },
  }
}

/** Text to ids as the encoder gets them, special tokens and cut included. */
export type Encode = (text: string) => readonly number[]

/** The tokenizer itself, by the library that the workbench runs it with; words are remembered, since texts repeat them. */
export function encodeWith(vocabulary: readonly string[]): Encode {
  const files = tokenizerFiles(vocabulary)
  const tokenizer = new PreTrainedTokenizer(files['tokenizer.json'], files['tokenizer_config.json'])
  const known = new Map<string, readonly number[]>()
  const idsOf = (word: string): readonly number[] => {
    const ids = known.get(word) ?? tokenizer.encode(word, { add_special_tokens: false })
    known.set(word, ids)
    return ids
  }
  const [start, end] = [SPECIAL.indexOf('[CLS]'), SPECIAL.indexOf('[SEP]')]
  return (text) => [start, ...text.split(/\s+/).filter((word) => word !== '').flatMap(idsOf).slice(0, MOST_TOKENS - 2), end]
}

/** Ids whose embedding stays zero: they name nothing. */
export const SILENT: readonly number[] = SPECIAL.map((_, id) => id)
