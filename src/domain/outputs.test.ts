// Checks how somebody else's outputs are read: with their prompt as the policy's, without it as files hold them.
import { expect, test } from 'vitest'
import { settingsOf } from './config.ts'
import { readImported, readOutput } from './outputs.ts'

const SILENT = { text: '…<think></think>', prefill: '<think></think>' }
const THINKING = { text: '…<think>', prefill: '<think>' }
const mode = settingsOf('sample')

test('an output for a known prompt is read leniently for the search and strictly for its format', () => {
  expect(readOutput(THINKING, 'vr gear</think><answer>{"query": "oculus"}</answer>', mode)).toEqual({ rewrite: 'oculus', thought: 'vr gear' })
  expect(readOutput(SILENT, 'just words', mode)).toMatchObject({ rewrite: 'just words', fault: '<answer> is missing' })
})

test('a bare query in a file stands for itself, with no fault to find', () => {
  expect(readImported('"oculus rift s" - (vr +headset)', mode)).toEqual({ rewrite: '"oculus rift s" - (vr +headset)' })
})

test('a bare answer in a file is searched for its query, and JSON that holds none as the text that it is', () => {
  expect(readImported('{"query": "ps4 controller"}', mode)).toEqual({ rewrite: 'ps4 controller' })
  expect(['["query"]', '{"words": "ps4"}', '128'].map((output) => readImported(output, mode).rewrite)).toEqual(['["query"]', '{"words": "ps4"}', '128'])
})

test('a whole output in a file is read with its tags, one that goes on from a prefilled thought too', () => {
  expect(readImported('<think>a</think>\n<answer>{"query": "b"}</answer>', mode)).toEqual({ rewrite: 'b', thought: 'a' })
  expect(readImported('a</think><answer>{"query": "b"}</answer>', mode)).toEqual({ rewrite: 'b', thought: 'a' })
})

test('an output whose answer is no JSON is searched for as it is, and its fault is said', () => {
  expect(readImported('<think>a</think><answer>( "query": "b" )</answer>', mode)).toMatchObject({ rewrite: '( "query": "b" )', fault: 'the answer is not JSON' })
})

test('an output of a file that brings no thought has the format of the modes without one; words before its thought are no fault', () => {
  expect(readImported('<answer>{"query": "b"}</answer>', mode)).toEqual({ rewrite: 'b' })
  expect(readImported('First. <think>a</think><answer>{"query": "b"}</answer>', mode)).toEqual({ rewrite: 'b', thought: 'a' })
  const twice = readImported('<think>a<think>b</think><answer>{"query": "c"}</answer>', mode)
  expect(twice).toMatchObject({ rewrite: 'c', fault: '<think> stands more than once' })
  expect(readImported('well <think>cut off', mode)).toMatchObject({ rewrite: 'well  cut off', fault: '</think> is missing' })
})
