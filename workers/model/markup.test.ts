// Checks that a model without ChatML reads the prompt's turns in its own template and ends where its own texts end.
import { describe, expect, test } from 'vitest'
import { settingsOf } from '../../src/domain/config.ts'
import { END_OF_TURN, renderCompletion, renderPrompt } from '../../src/domain/prompt.ts'
import { markupOf, turnsOf } from './markup.ts'
import type { Tokenizer } from './tokenizer.ts'

/** A token for each letter, and for each special text. */
function spelling(special: readonly string[], hasChat = true): Tokenizer {
  const encode = (text: string): number[] => {
    const at = special.findIndex((token) => text.startsWith(token))
    if (text === '') return []
    return at >= 0 ? [1000 + at, ...encode(text.slice(special[at]!.length))] : [text.codePointAt(0)!, ...encode(text.slice(1))]
  }
  return {
    encode, hasChat, decode: (ids) => ids.map((id) => special[id - 1000] ?? String.fromCodePoint(id)).join(''),
    encodeChat: (messages) => encode(`${messages.map(({ role, content }) => `[${role}]${content}</s>`).join('')}[reply]`),
    idOf: (text) => { throw new Error(`stop text ${text} is no token`) },
  }
}
const CHATML = ['<|im_start|>', END_OF_TURN]

describe.each(['compact', 'rec-r1'] as const)('the prompt frame %s', (template) => {
  const { text, prefill } = renderPrompt('a lamp', { template, thinking: true })

  test('is read as its turns and the reply’s first words', () => {
    const chat = turnsOf(text)!
    expect(chat.begun).toBe(prefill)
    expect(chat.messages.map(({ role }) => role)).toEqual(template === 'compact' ? ['user'] : ['system', 'user'])
    expect(chat.messages.at(-1)!.content).toContain('a lamp')
  })

  test('is encoded as it stands where the tokenizer has ChatML', () => {
    const tokenizer = spelling(CHATML)
    expect(markupOf(tokenizer, [7]).encode(text)).toEqual(tokenizer.encode(text))
  })

  test('is put into the model’s own template where the tokenizer has none', () => {
    const tokenizer = spelling(['</s>'])
    const read = tokenizer.decode(markupOf(tokenizer, [7]).encode(text))
    expect(read).not.toContain('im_start')
    expect(read.startsWith(template === 'compact' ? '[user]Rewrite: a lamp</s>' : '[system]You are')).toBe(true)
    expect(read.endsWith(`</s>[reply]${prefill}`)).toBe(true)
  })
})

test('a model without any template reads the text as it stands, and so does any text that is no chat', () => {
  const { text } = renderPrompt('a lamp', settingsOf())
  const bare = spelling([], false)
  expect(markupOf(bare, [7]).encode(text)).toEqual(bare.encode(text))
  const other = spelling(['</s>'])
  for (const plain of ['hello', '<|im_start|>user\nhello', '<|im_start|>user\nhello<|im_end|>\nthen']) expect(markupOf(other, [7]).encode(plain)).toEqual(other.encode(plain))
})

test('a reply to imitate ends as the model’s own template ends replies, which is where its completions stop', () => {
  const reply = renderCompletion('why', 'lamp', true)
  const text = reply.slice(0, -END_OF_TURN.length)
  const native = spelling(CHATML)
  expect(markupOf(native, [7]).encode(reply)).toEqual(native.encode(reply))
  // 1000 ends a turn in the template, 7 a document
  const other = spelling(['</s>'])
  const markup = markupOf(other, [7, 1000])
  expect(markup.encode(reply)).toEqual([...other.encode(text), 1000])
  expect(markup.stops([END_OF_TURN])).toContain(markup.encode(reply).at(-1))
  const bare = spelling([], false)
  expect(markupOf(bare, [7]).encode(reply)).toEqual([...bare.encode(text), 7])
  expect(markupOf(bare, []).encode(reply)).toEqual(bare.encode(reply))
})

test('a completion ends at the end of turn, or where the model’s own texts end; other stops must be tokens', () => {
  expect(markupOf(spelling(CHATML), [7]).stops([END_OF_TURN])).toEqual([1001])
  expect(markupOf(spelling([]), [7, 9]).stops([END_OF_TURN])).toEqual([7, 9])
  expect(() => markupOf(spelling([]), []).stops([END_OF_TURN])).toThrow('stop text <|im_end|> is no token')
  expect(() => markupOf(spelling([]), [7]).stops(['<stop>'])).toThrow('stop text <stop> is no token')
})
