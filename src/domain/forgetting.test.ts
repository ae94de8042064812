// Probes as files have them, what keeping one means, and how methods compare with their start.
import { describe, expect, test } from 'vitest'
import { forgettingReport, parseProbes, passes, verdictOf, type Probe, type ProbeMeasure } from './forgetting.ts'
import { Stream } from './random.ts'

const PROMPT = '<|im_start|>user\nRewrite: red mug<|im_end|>\n<|im_start|>assistant\n<think>'
const probe = (check: Probe['check'], completion = 'find it</think><answer>{"query": " red mug"}</answer><|im_end|>', prompt = PROMPT): Probe => ({ id: 'p', kind: 'format', prompt, completion, ...(check && { check }) })

describe('probe files', () => {
  test('hold prompts with completions, or texts that stand alone; ids, kinds and checks are the file\'s where it has them', () => {
    const lines = ['\ufeff{"prompt": "a", "completion": "b"}', '', '{"text": "once upon a time"}', '{"id": "x", "kind": "songs", "prompt": "", "completion": "c", "check": "exact"}', '{"prompt": "d", "completion": "e", "check": "format"}']
    expect(parseProbes(lines.join('\r\n'), 'own.jsonl')).toEqual([
      { id: 'own.jsonl:1', kind: 'language', prompt: 'a', completion: 'b' },
      { id: 'own.jsonl:3', kind: 'language', prompt: '', completion: 'once upon a time' },
      { id: 'x', kind: 'songs', prompt: '', completion: 'c', check: 'exact' },
      { id: 'own.jsonl:5', kind: 'format', prompt: 'd', completion: 'e', check: 'format' },
    ])
  })

  test.each([
    ['{"prompt": "a"}', 'probes f row 1: it has prompt; give prompt and completion, or text alone'],
    ['{"prompt": "a", "completion": "b", "text": "c"}', 'row 1: it has prompt, completion, text; give'],
    ['{}', 'row 1: it has no keys; give'],
    ['{"text": ""}', 'row 1: text is empty; there is nothing to measure'],
    ['{"text": 3}', 'row 1: text is 3, but must be a text'],
    ['{"text": "a"}\nonce upon', 'row 2 is no JSON: "once upon"; give an object'],
    ['["text"]', 'row 1 is ["text"], but must be an object'],
    ['{"prompt": "a", "completion": "b", "check": "nice"}', 'row 1: check is "nice"; give one of format, copy, exact, or leave it out'],
    ['{"text": "a", "check": "exact"}', 'row 1: a text that stands alone cannot be checked'],
    ['{"id": "x", "text": "a"}\n{"id": "x", "text": "b"}', 'row 2: id "x" stands in row 1 too'],
    ['\n \n', 'probes f holds no probe; give'],
  ])('%s is refused by row', (content, message) => {
    expect(() => parseProbes(content, 'f')).toThrow(message)
  })
})

describe('a kept probe', () => {
  test.each([
    ['format', 'as you like</think><answer>{"query": "blue cup"}</answer>', true],
    ['format', 'as you like</think><answer>{"query": ""}</answer>', false],
    ['format', 'as you like</think><answer>blue cup</answer>', false],
    ['format', 'as you like <answer>{"query": "blue cup"}</answer>', false],
    ['copy', 'anything</think><answer>{"query": "red  mug"}</answer><|im_end|>', true],
    ['copy', 'anything</think><answer>{"query": "mug red"}</answer>', false],
    ['copy', 'anything</think><answer>{"query": "red mug cup"}</answer>', false],
    ['exact', ' find it</think><answer>{"query": " red mug"}</answer>', true],
    ['exact', 'find it</think><answer>{"query": "red mug"}</answer>', false],
  ] as const)('%s: %s → %s', (check, output, kept) => {
    expect(passes(probe(check), output)).toBe(kept)
  })

  test('is none without a check, and hostile outputs are no reason to throw', () => {
    expect(passes(probe(undefined), 'anything')).toBeUndefined()
    for (const output of ['', '<answer>'.repeat(50_000), `</think><answer>{"query": "${'['.repeat(100_000)}`, '\ud800</think><answer>null</answer>']) expect(passes(probe('copy'), output)).toBe(false)
  })

  test('whose prompt holds the empty thought already needs none', () => {
    const silent = probe('format', '<answer>{"query": " a"}</answer>', PROMPT.replace('<think>', '<think></think>'))
    expect(passes(silent, '<answer>{"query": "a"}</answer>')).toBe(true)
    expect(passes(silent, '</think><answer>{"query": "a"}</answer>')).toBe(false)
  })
})

describe('the report', () => {
  const measures = (more: (i: number) => number, kl: number, kept: (i: number) => boolean): ProbeMeasure[] => {
    const random = new Stream(1, 'probes of a test')
    return Array.from({ length: 60 }, (_, i) => {
      const tokens = 1 + random.integer(30)
      const nll = tokens * random.uniform()
      return { id: `p${i}`, kind: 'language', nll: nll + tokens * more(i), tokens, kl: tokens * kl, ...(i % 2 === 0 && { passed: kept(i) }) }
    })
  }
  const start = measures(() => 0, 0, () => true)
  const forgot = measures((i) => 0.4 + 0.1 * (i % 3), 0.3, (i) => i % 4 === 0)
  const kept = measures((i) => 0.01 * ((i % 3) - 1), 0.02, () => true)
  const { rows, pairs } = forgettingReport(start, [{ method: 'sft', measures: forgot }, { method: 'rl', measures: kept }], 1)

  test('tells perplexity and KL by token, and the share of kept probes of those that are checked', () => {
    const tokens = start.reduce((sum, one) => sum + one.tokens, 0)
    const [base, sft, rl] = rows
    expect(rows.map(({ method }) => method)).toEqual(['start', 'sft', 'rl'])
    expect(base!.perplexity).toBeCloseTo(Math.exp(start.reduce((sum, { nll }) => sum + nll, 0) / tokens), 10)
    expect(sft!.perplexity).toBeCloseTo(Math.exp(forgot.reduce((sum, { nll }) => sum + nll, 0) / tokens), 10)
    expect([base!.kl, sft!.kl, rl!.kl].map((value) => value.toFixed(10))).toEqual(['0.0000000000', '0.3000000000', '0.0200000000'])
    expect([base!.passed, sft!.passed, rl!.passed]).toEqual([1, 0.5, 1])
    expect(sft!.nats.low).toBeGreaterThan(0.3)
    expect(sft!.nats.p).toBeLessThan(0.001)
    expect(sft!.pass!.delta).toBe(-0.5)
    expect(rl!.nats.p).toBeGreaterThan(0.05)
  })

  test('compares methods probe by probe, and says so in a sentence', () => {
    const [pair] = pairs
    expect(pairs.length).toBe(1)
    expect(pair!.nats.delta).toBeCloseTo(rows[1]!.nats.delta - rows[2]!.nats.delta, 10)
    expect(verdictOf(pair!)).toMatch(/^sft forgets more than rl: \+0\.\d{3} nats a token \(95 % \+0\.\d{3} to \+0\.\d{3}, p < 0\.001\)$/)
    expect(verdictOf({ ...pair!, nats: { delta: -0.2, low: -0.3, high: -0.1, p: 0.01 } })).toBe('sft forgets less than rl: −0.200 nats a token (95 % −0.300 to −0.100, p = 0.010)')
    expect(verdictOf({ ...pair!, nats: { delta: 0.2, low: -0.1, high: 0.5, p: 0.2 } })).toMatch(/^sft and rl forget alike as far as these probes tell/)
  })

  test('is refused where the methods were asked other probes', () => {
    expect(() => forgettingReport(start, [{ method: 'sft', measures: forgot.slice(1) }], 1)).toThrow('sft was measured on 59 probes and the start on 60, which differ from probe 1 on')
  })
})
