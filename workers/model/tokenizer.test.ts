// Ids and texts equal to the reference's on small tokenizers of every kind that models here come with, and chats as their templates write them.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import fixture from './fixtures/tokenizers.json' with { type: 'json' }
import { openTokenizer, type Tokenizer } from './tokenizer.ts'

const bytes = (value: unknown): ArrayBuffer => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)).buffer
const files = fixture.tokenizers as Readonly<Record<string, object>>
const open = async (kind: string, more: object = {}): Promise<Tokenizer> => (await openTokenizer({ tokenizer: bytes(files[kind]), ...more }))!

describe('ids are those of the reference tokenizers', () => {
  test.each(fixture.encodings as [string, string, number[]][])('%s: %j', async (kind, text, ids) => {
    expect((await open(kind)).encode(text)).toEqual(ids)
  })
})

describe('so are texts, of ids that are no UTF-8 and of ids that the tokenizer does not know', () => {
  test.each(fixture.decodings as [string, number[], string][])('%s: %j', async (kind, ids, text) => {
    expect((await open(kind)).decode(ids)).toBe(text)
  })
})

describe('chat templates', () => {
  const messages = [{ role: 'system', content: 'ab' }, { role: 'user', content: 'abc' }]
  const line = '{% for message in messages %}{{ message.role[0] + message.content }}{% endfor %}'
  const chat = async (config: object, template?: string): Promise<string> => {
    const tokenizer = await open('qwen', { tokenizerConfig: bytes(config), ...(template !== undefined && { chatTemplate: bytes(template) }) })
    return tokenizer.decode(tokenizer.encodeChat(messages))
  }

  test('the template is a text of tokenizer_config.json, the one named default, or a file of its own, which goes first', async () => {
    expect(await chat({ chat_template: line })).toBe('sabuabc')
    expect(await chat({ chat_template: [{ name: 'tool_use', template: 'no' }, { name: 'default', template: line }] })).toBe('sabuabc')
    expect(await chat({ chat_template: 'no' }, `<|end|>${line}`)).toBe('<|end|>sabuabc')
  })

  test('it sees that a reply is asked for, that there are no tools, and the named tokens as texts or objects', async () => {
    const template = '{{ bos_token }}{% if tools %}T{% endif %}{% if add_generation_prompt %}G{% endif %}{{ eos_token }}{% if pad_token is defined %}P{% endif %}'
    expect(await chat({ chat_template: template, bos_token: { content: '<|end|>' }, eos_token: '<think>', pad_token: null })).toBe('<|end|>G<think>')
  })

  test('special tokens in messages are tokens, as the reference has it', async () => {
    const tokenizer = await open('qwen', { chatTemplate: bytes('{{ messages[0].content }}') })
    expect(tokenizer.encodeChat([{ role: 'user', content: 'a<|end|>' }])).toEqual([97, tokenizer.idOf('<|end|>')])
  })

  test('no template, and several without a default, are refused with the remedy', async () => {
    await expect(chat({})).rejects.toThrow('the model has no chat template; add chat_template.jinja to its folder')
    await expect(chat({ chat_template: [{ name: 'rag', template: '' }, { name: 'tool_use', template: '' }] })).rejects.toThrow('chat_template names rag, tool_use, but not default')
  })
})

test('damaged files are refused by name, and a stop text must be one token', async () => {
  await expect(openTokenizer({ tokenizer: bytes('{') })).rejects.toThrow('tokenizer.json is no JSON')
  await expect(open('qwen', { tokenizerConfig: bytes('[]') })).rejects.toThrow('tokenizer_config.json holds no JSON object')
  const tokenizer = await open('qwen')
  expect(() => tokenizer.idOf('<|end')).toThrow('stop text "<|end" is 5 tokens, but must be exactly one')
  expect(await openTokenizer({})).toBeUndefined()
})

const QWEN = '../shared/models/qwen2.5-0.5b-instruct'

describe.skipIf(!existsSync(QWEN))('Qwen2.5, by the files of ../shared where there are any', () => {
  const qwen = async (): Promise<Tokenizer> => {
    const file = async (name: string): Promise<ArrayBuffer> => new Uint8Array(await readFile(`${QWEN}/${name}`)).buffer
    return (await openTokenizer({ tokenizer: await file('tokenizer.json'), tokenizerConfig: await file('tokenizer_config.json') }))!
  }

  test('ids are the reference\'s', async () => {
    const tokenizer = await qwen()
    for (const [text, ids] of fixture['qwen2.5'] as [string, number[]][]) expect(tokenizer.encode(text), text).toEqual(ids)
  })

  test('a chat begins with the system message, or with the model\'s own where none is given, and ends where the reply begins', async () => {
    const tokenizer = await qwen()
    const text = (messages: { role: string; content: string }[]): string => tokenizer.decode(tokenizer.encodeChat(messages))
    const user = { role: 'user', content: ' two\nlines ' }
    expect(text([user])).toBe('<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n<|im_start|>user\n two\nlines <|im_end|>\n<|im_start|>assistant\n')
    expect(text([{ role: 'system', content: 'S' }, user, { role: 'assistant', content: 'A' }, user])).toBe(
      '<|im_start|>system\nS<|im_end|>\n<|im_start|>user\n two\nlines <|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n<|im_start|>user\n two\nlines <|im_end|>\n<|im_start|>assistant\n',
    )
    expect(tokenizer.encodeChat([{ role: 'system', content: '' }, { role: 'user', content: 'hi' }])).toEqual([151644, 8948, 198, 151645, 198, 151644, 872, 198, 6023, 151645, 198, 151644, 77091, 198])
  })
})
