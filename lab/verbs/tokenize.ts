// `tokenize`: JSON lines on stdin, one line of token ids each; texts as they are, or message lists through the model's chat template.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { flag } from '../arguments.ts'
import { Exchange, withLab } from '../browser.ts'
import { BadInput } from '../errors.ts'
import { filesIn } from '../folders.ts'
import type { Message } from '../page/protocol.ts'
import type { Command } from './command.ts'

/** Lines that travel to the page together. */
const LINES_AT_ONCE = 1000

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'role' in value && typeof value.role === 'string' && 'content' in value && typeof value.content === 'string'
}

/** The value of one line: a text, or with `chat` a list of messages. Throws BadInput by line number. */
export function readLine(line: string, number: number, chat: boolean): string | readonly Message[] {
  const wanted = chat ? 'a list of messages such as [{"role": "user", "content": "…"}]' : 'a JSON string such as "red shoes"'
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw new BadInput(`line ${number} is no JSON; give ${wanted}`, { cause: error })
  }
  if (!chat && typeof value === 'string') return value
  if (chat && Array.isArray(value) && value.length > 0 && value.every(isMessage)) return value.map(({ role, content }) => ({ role, content }))
  throw new BadInput(`line ${number} is ${line.slice(0, 60)}; give ${wanted}`)
}

export const tokenize: Command = async (args, terminal) => {
  const folder = args.positionals[0]!
  const chat = flag(args, 'chat')
  const exchange = new Exchange()
  const template = join(folder, 'chat_template.jinja')
  const paths = [...filesIn(folder, ['tokenizer.json', 'tokenizer_config.json']), ...(existsSync(template) ? [template] : [])]
  const tokenizer = paths.map((path) => exchange.offer(path))
  const items: (string | readonly Message[])[] = []
  let number = 0
  for await (const line of createInterface({ input: terminal.input, crlfDelay: Infinity })) {
    number++
    if (line.trim() !== '') items.push(readLine(line, number, chat))
  }
  return withLab({ exchange, ...terminal }, async (lab) => {
    for (let at = 0; at < items.length; at += LINES_AT_ONCE) {
      const { ids } = await lab.run({ verb: 'tokenize', tokenizer, items: items.slice(at, at + LINES_AT_ONCE) })
      for (const list of ids) terminal.print(JSON.stringify({ ids: list }))
    }
    return undefined
  })
}
