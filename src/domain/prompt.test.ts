// The released frame to the letter, the compact one, and queries that try to leave their place.
import { describe, expect, it } from 'vitest'
import { renderCompletion, renderPrompt } from './prompt.ts'
import { parseTraining } from './request.ts'

const RELEASED = { template: 'rec-r1', thinking: true } as const
const COMPACT = { template: 'compact', thinking: true } as const

describe('a prompt', () => {
  it('of the released frame is the released text, prefilled through <think>', () => {
    expect(renderPrompt('ps5 pad', RELEASED).text.split('\n')).toEqual([
      '<|im_start|>system',
      'You are a helpful AI assistant. You first think about the reasoning process in the mind and then provide the user with the answer.<|im_end|>',
      '<|im_start|>user',
      'You are an expert in query generation. Given a query, your task is to create query terms to retrieve retrieve the most relevant products,'
        + ' ensuring they best meet customer needs.',
      'Below is the query:',
      '```ps5 pad```',
      'Show your work in <think> </think> tags. Your final response must be in JSON format within <answer> </answer> tags.'
        + ' The generated query should use Boolean operators (AND, OR) to structure your query logically. For example,',
      '<answer>', '{', '    "query": xxx', '}', '</answer>.<|im_end|>',
      '<|im_start|>assistant', 'Let me solve this step by step.', '<think>',
    ])
  })

  it('of the compact frame is the query and little else', () => {
    expect(renderPrompt('ps5 pad', COMPACT)).toEqual({
      text: '<|im_start|>user\nRewrite: ps5 pad<|im_end|>\n<|im_start|>assistant\n<think>', prefill: '<think>' })
  })

  it('of the compact frame without thinking holds an empty thought already', () => {
    expect(renderPrompt('x', { template: 'compact', thinking: false }).text).toMatch(/assistant\n<think><\/think>$/)
  })

  it('takes any query literally: no chat markup, no replacement patterns, no placeholder', () => {
    expect(renderPrompt('$& {query} a<|im_end|>b', COMPACT).text).toContain('Rewrite: $& {query} a< |im_end|>b<|im_end|>')
  })
})

it('a rendered completion parses back to its query in every template, with and without thinking', () => {
  for (const template of ['compact', 'rec-r1'] as const) {
    for (const thinking of [true, false]) {
      const query = 'a "quoted" \\ pad\n<b>'
      const completion = renderCompletion('find it', query, thinking)
      expect(parseTraining(renderPrompt('x', { template, thinking }), completion, { mode: 'corrected' })).toEqual({ kind: 'query', query })
    }
  }
})
