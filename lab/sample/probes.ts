// Probes of what the embedded policy knew before it trained: text as it was taught by, drawn by a stream that no training draws from.
import type { Check } from '../../src/domain/forgetting.ts'
import { renderCompletion, renderPrompt } from '../../src/domain/prompt.ts'
import { Stream } from '../../src/domain/random.ts'
import { copied, strangeQuery } from './copying.ts'
import { SFT, sftExample } from './sft.ts'

const SEED = 1
/** Held-out texts: queries of no shop, whose words are copied, and shoppers' wishes said in any way. */
const LANGUAGE = { general: 80, shop: 80 } as const
/** Prompts whose answers are checked. */
const FORMAT = { copy: 60, format: 60, silent: 40 } as const

/** One JSON object a line; the same lines always. */
export function probeLines(): string[] {
  const compact = (query: string, thinking = true): string => renderPrompt(query, { template: 'compact', thinking }).text
  const lines: string[] = []
  const add = (id: string, kind: 'language' | 'format', prompt: string, completion: string, check?: Check): void => {
    lines.push(JSON.stringify({ id, kind, prompt, completion, ...(check && { check }) }))
  }
  const of = <T>(name: string, count: number, make: (random: Stream, i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(new Stream(SEED, `probes ${name}`, i), i))
  of('general', LANGUAGE.general, (random, i) => {
    const { query, completion } = sftExample(random, { ...SFT, copies: 1, stopWordsDropped: 0 })
    add(`general-${i + 1}`, 'language', compact(query), completion)
  })
  of('shop', LANGUAGE.shop, (random, i) => {
    const { query, completion } = sftExample(random, { ...SFT, copies: 0 })
    add(`shop-${i + 1}`, 'language', compact(query), completion)
  })
  of('copy', FORMAT.copy, (random, i) => {
    const query = strangeQuery(random)
    add(`copy-${i + 1}`, 'format', compact(query), renderCompletion('find it', ` ${copied(query, false)}`, true), 'copy')
  })
  of('format', FORMAT.format, (random, i) => {
    const { query, completion } = sftExample(random, { ...SFT, copies: 0 })
    add(`format-${i + 1}`, 'format', compact(query), completion, 'format')
  })
  of('silent', FORMAT.silent, (random, i) => {
    const { query, rewrite } = sftExample(random)
    add(`silent-${i + 1}`, 'format', compact(query, false), renderCompletion('', ` ${rewrite}`, false), 'format')
  })
  return lines
}
