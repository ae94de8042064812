// The embedded policy's tokenizer and configuration in the model hub's layout, as Qwen2 has them but small.
import { Stream } from '../../src/domain/random.ts'
import { renderPrompt } from '../../src/domain/prompt.ts'
import { QWEN2_PATTERN, trainBpe } from './bpe.ts'
import type { Bpe } from './bpe.ts'
import { pseudoWord } from './copying.ts'
import { SFT, sftExample } from './sft.ts'
import { EVERYDAY_WORDS, STOP_WORDS } from './words/everyday.ts'

const VOCABULARY = 2048
/** `special` ones vanish from decoded text where special tokens are skipped; the tags stay, since the answer is read from them. */
const ADDED = [
  { content: '<|endoftext|>', special: true }, { content: '<|im_start|>', special: true }, { content: '<|im_end|>', special: true },
  { content: '<think>', special: false }, { content: '</think>', special: false }, { content: '<answer>', special: false }, { content: '</answer>', special: false },
] as const
const EXAMPLES = 15_000
/** More copies than the policy is taught by: its vocabulary should suit words from anywhere. */
const SHARES = { ...SFT, copies: 0.6, keep: 0.55 }
const PSEUDO_WORDS = 10_000
/** How often an everyday word counts, in either of its places: after a space and at the start. */
const EVERYDAY_WEIGHT = 8

/**
 * Trained on what the policy is taught: prompts and completions, everyday words and words nobody ever saw. No shop's texts are among
 * them, so the tokenizer tells nothing of a catalogue and stays the same whatever the shop's seed.
 */
export function trainTokenizer(): Bpe {
  return trainBpe(corpus(), VOCABULARY - ADDED.length)
}

function* corpus(): Generator<string> {
  const random = new Stream(1, 'tokenizer text')
  for (let i = 0; i < EXAMPLES; i++) {
    const { query, completion } = sftExample(random, SHARES)
    yield* renderPrompt(query, { template: 'compact', thinking: true }).text.split(MARKUP)
    yield* completion.split(MARKUP)
  }
  for (let i = 0; i < PSEUDO_WORDS; i++) yield ` ${pseudoWord(random)}`
  for (let i = 0; i < EVERYDAY_WEIGHT; i++) for (const word of [...EVERYDAY_WORDS, ...STOP_WORDS]) yield ` ${word}`
}

/** Added tokens never reach the byte pairs. */
const MARKUP = new RegExp(ADDED.map(({ content }) => content.replaceAll(/[|/]/g, String.raw`\$&`)).join('|'))

/** Files of the hub's layout but the weights, by name: ids of the added tokens end the vocabulary. */
export function policyFiles({ vocabulary, merges }: Bpe): Record<string, unknown> {
  const added = ADDED.map((token, i) => ({ id: vocabulary.length + i, ...token, single_word: false, lstrip: false, rstrip: false, normalized: false }))
  const id = (content: (typeof ADDED)[number]['content']): number => added.find((token) => token.content === content)!.id
  return {
    'tokenizer.json': {
      version: '1.0', truncation: null, padding: null,
      added_tokens: added,
      normalizer: { type: 'NFC' },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: QWEN2_PATTERN }, behavior: 'Isolated', invert: false },
          { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
        ],
      },
      post_processor: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
      decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
      model: {
        type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: '', end_of_word_suffix: '', fuse_unk: false, byte_fallback: false, ignore_merges: false,
        vocab: Object.fromEntries(vocabulary.map((token, index) => [token, index])),
        merges: merges.map((pair) => pair.join(' ')),
      },
    },
    'tokenizer_config.json': {
      tokenizer_class: 'Qwen2Tokenizer', model_max_length: 2048, add_prefix_space: false, add_bos_token: false, clean_up_tokenization_spaces: false,
      errors: 'replace', split_special_tokens: false, bos_token: null, unk_token: null, eos_token: '<|im_end|>', pad_token: '<|endoftext|>',
      added_tokens_decoder: Object.fromEntries(added.map(({ id: index, ...token }) => [index, token])),
      chat_template: "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    },
    'config.json': {
      architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', hidden_size: 64, intermediate_size: 192, num_hidden_layers: 4, num_attention_heads: 4, num_key_value_heads: 2,
      vocab_size: vocabulary.length + ADDED.length, max_position_embeddings: 2048, rms_norm_eps: 1e-6, rope_theta: 10000, tie_word_embeddings: true, hidden_act: 'silu',
      attention_dropout: 0, initializer_range: 0.06, use_sliding_window: false, use_cache: true, torch_dtype: 'float32',
      bos_token_id: id('<|endoftext|>'), eos_token_id: id('<|im_end|>'), pad_token_id: id('<|endoftext|>'),
    },
    'generation_config.json': {
      bos_token_id: id('<|endoftext|>'), eos_token_id: [id('<|im_end|>'), id('<|endoftext|>')], pad_token_id: id('<|endoftext|>'), do_sample: true, temperature: 1, max_new_tokens: 64,
    },
  }
}
