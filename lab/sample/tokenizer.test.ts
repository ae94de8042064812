// The embedded policy's tokenizer: what its command gives, loads in transformers.js, and loses no text.
import { readFileSync } from 'node:fs'
import { PreTrainedTokenizer } from '@huggingface/transformers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderPrompt } from '../../src/domain/prompt.ts'
import { Stream } from '../../src/domain/random.ts'
import { BYTE_CHARACTERS, trainBpe } from './bpe.ts'
import { completionFor, sftExample } from './sft.ts'
import { makeShop, SHOP_SEED } from './shop.ts'
import { policyFiles, trainTokenizer } from './tokenizer.ts'

const shipped = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../public/sample/policy/${name}`, import.meta.url), 'utf8'))
const tokenizer = new PreTrainedTokenizer(shipped('tokenizer.json') as object, shipped('tokenizer_config.json') as object)
const encode = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false })
const pieces = (text: string): string[] => encode(text).map((id) => tokenizer.decode([id]))
const prompt = (query: string): string => renderPrompt(query, { template: 'compact', thinking: true }).text

describe('the training of byte pairs', () => {
  it('merges the most frequent pair first, equal counts by the alphabet', () => {
    const { merges, vocabulary } = trainBpe(['abab', ' ab', 'cd', 'dc'], 260)
    expect(merges.map((pair) => pair.join(''))).toEqual(['ab', 'abab', 'cd', 'dc'])
    expect(vocabulary).toHaveLength(260)
    expect(new Set(vocabulary).size).toBe(260)
  })

  it('refuses to promise more tokens than its text has pairs for', () => {
    expect(() => trainBpe(['ab'], 300)).toThrow('the texts give 257 tokens; 300 were asked for')
  })

  it('has a printable character of its own for every byte', () => {
    expect(new Set(BYTE_CHARACTERS).size).toBe(256)
    expect(BYTE_CHARACTERS[32]).toBe('Ġ')
    expect(BYTE_CHARACTERS[10]).toBe('Ċ')
    expect(BYTE_CHARACTERS.every((character) => /[^\s\p{C}]/u.test(character))).toBe(true)
  })
})

describe('the shipped tokenizer', () => {
  it('is what its command gives', () => {
    for (const [name, value] of Object.entries(policyFiles(trainTokenizer()))) expect(shipped(name), name).toEqual(value)
  }, 60_000)

  it('has 2,048 tokens, all bytes among them and the added ones last', () => {
    const { model, added_tokens: added } = shipped('tokenizer.json') as { model: { vocab: Record<string, number> }; added_tokens: { id: number; content: string }[] }
    expect(Object.keys(model.vocab).length + added.length).toBe(2048)
    expect(BYTE_CHARACTERS.every((character) => model.vocab[character] !== undefined)).toBe(true)
    expect(added.map(({ id, content }) => `${id} ${content}`)).toEqual(
      ['<|endoftext|>', '<|im_start|>', '<|im_end|>', '<think>', '</think>', '<answer>', '</answer>'].map((content, i) => `${2041 + i} ${content}`))
    expect((shipped('config.json') as { eos_token_id: number; vocab_size: number })).toMatchObject({ eos_token_id: 2043, vocab_size: 2048 })
  })

  it('gives back any text of Unicode', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), (text) => {
      const plain = text.normalize('NFC')
      expect(tokenizer.decode(encode(plain), { clean_up_tokenization_spaces: false })).toBe(plain)
    }), { numRuns: 500 })
    for (const text of ['$25 "2-pack" 12\' café – 超級 🧸\n\ttabs', 'Señor’s №5', '  two  spaces  ']) expect(tokenizer.decode(encode(text))).toBe(text)
  })

  it('spends few tokens on what every turn repeats', () => {
    expect(pieces(prompt(''))).toEqual(['<|im_start|>', 'user', '\n', 'Rewrite', ':', ' ', '<|im_end|>', '\n', '<|im_start|>', 'assistant', '\n', '<think>'])
    expect(pieces(completionFor('', 'tent'))).toEqual(['</think>', '<answer>', '{"', 'query', '":', ' "', ' tent', '"}', '</answer>', '<|im_end|>'])
  })

  it('has a copied query in the answer as the very tokens of the prompt', () => {
    for (const { text } of makeShop(SHOP_SEED).queries) {
      const inPrompt = encode(prompt(text)).slice(5, -6)
      const inAnswer = encode(completionFor('', text)).slice(6, -3)
      expect(inAnswer).toEqual(inPrompt)
    }
  })

  it('keeps examples short: at most 43 tokens on average, and a rewrite in 48', () => {
    const random = new Stream(7, 'token counts')
    const examples = Array.from({ length: 3000 }, () => sftExample(random))
    const completions = examples.map(({ completion }) => encode(completion).length)
    const total = examples.reduce((sum, { query }, i) => sum + encode(prompt(query)).length + completions[i]!, 0)
    expect(total / examples.length).toBeLessThan(43)
    expect(completions.filter((length) => length > 48).length / completions.length).toBeLessThan(0.01)
  })

  it('renders a chat as the frame that the policy is trained in', () => {
    const ids = tokenizer.apply_chat_template([{ role: 'user', content: 'Rewrite: tent' }], { add_generation_prompt: true, tokenize: false })
    expect(`${String(ids)}<think>`).toBe(prompt('tent'))
  })
})
