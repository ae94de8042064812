// The decoder's and the forgetting probe's command lines, as far as they go without a browser.
import { expect, test } from 'vitest'
import { DECODER_DEFAULTS } from '../../src/domain/decoder.ts'
import { BadInput } from '../errors.ts'
import { decoderSettings } from './decoder.ts'
import { shopTeacher } from './forget.ts'

test('decoder settings are read by name, the rest are the defaults', () => {
  expect(decoderSettings(['hidden=64', 'learningRate=2e-3', 'excludeSeen=false'], 7)).toEqual({ ...DECODER_DEFAULTS, hidden: 64, learningRate: 2e-3, excludeSeen: false, seed: 7 })
})

test.each([
  ['depth=3', 'decoder: --set depth=3 names no setting of the decoder; give one of hidden, layers, heads,'],
  ['=3', 'names no setting of the decoder'],
  ['excludeSeen=maybe', 'decoder: excludeSeen is "maybe"; give true or false'],
  ['epochs=few', 'decoder: epochs is NaN, but must be a whole number of at least 1'],
  ['epochs=', 'decoder: epochs is NaN'],
])('%s is refused as bad input', (pair, message) => {
  expect(() => decoderSettings([pair], 0)).toThrow(BadInput)
  expect(() => decoderSettings([pair], 0)).toThrow(message)
})

test('the shop\'s teacher says every training query as the catalogue does, and no test query', () => {
  const taught = shopTeacher()
  expect(taught.length).toBe(480)
  expect(taught.every((one) => 'answer' in one && typeof one.answer === 'string' && one.answer.trim() !== '')).toBe(true)
})
