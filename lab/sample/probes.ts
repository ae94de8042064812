// Probes of what the embedded policy knew before it trained: text of the kind that it was taught by, none of whose prompts it was taught with.
import type { Check } from '../../src/domain/forgetting.ts'
import { renderCompletion, renderPrompt } from '../../src/domain/prompt.ts'
import { Stream } from '../../src/domain/random.ts'
import { copied, strangeQuery } from './copying.ts'
import { batchOf, POLICY } from './policy.ts'
import { SFT, sftExample } from './sft.ts'

const SEED = 1
/** Held-out texts: queries of no shop, whose words are copied, and shoppers' wishes said in any way. */
const LANGUAGE = { general: 80, shop: 80 } as const
/** Prompts whose answers are checked. */
const FORMAT = { copy: 60, format: 60, silent: 40 } as const

/** Every prompt that the policy's supervised training shows. */
function taught(): ReadonlySet<string> {
  return new Set(Array.from({ length: POLICY.steps }, (_, step) => batchOf(POLICY.seed, step).map(({ prompt }) => prompt)).flat())
}

/** One JSON object a line; the same lines always. */
export function probeLines(): string[] {
  const known = taught()
  const compact = (query: string, thinking = true): string => renderPrompt(query, { template: 'compact', thinking }).text
  const lines: string[] = []
  const add = (id: string, kind: 'language' | 'format', prompt: string, completion: string, check?: Check): void => {
    lines.push(JSON.stringify({ id, kind, prompt, completion, ...(check && { check }) }))
  }
  // a draw whose prompt was taught is drawn again
  const of = (name: string, count: number, make: (random: Stream) => { readonly query: string; readonly completion: string }, kind: 'language' | 'format', check?: Check, thinking = true): void => {
    for (let i = 0; i < count; i++) {
      const random = new Stream(SEED, `probes ${name}`, i)
      let { query, completion } = make(random)
      while (known.has(compact(query))) ({ query, completion } = make(random))
      add(`${name}-${i + 1}`, kind, compact(query, thinking), completion, check)
    }
  }
  of('general', LANGUAGE.general, (random) => sftExample(random, { ...SFT, copies: 1, stopWordsDropped: 0 }), 'language')
  of('shop', LANGUAGE.shop, (random) => sftExample(random, { ...SFT, copies: 0 }), 'language')
  of('copy', FORMAT.copy, (random) => {
    const query = strangeQuery(random)
    return { query, completion: renderCompletion('find it', ` ${copied(query, false)}`, true) }
  }, 'format', 'copy')
  of('format', FORMAT.format, (random) => sftExample(random, { ...SFT, copies: 0 }), 'format', 'format')
  of('silent', FORMAT.silent, (random) => {
    const { query, rewrite } = sftExample(random)
    return { query, completion: renderCompletion('', ` ${rewrite}`, false) }
  }, 'format', 'format', false)
  return lines
}
