// Texts that a policy's positions cannot hold are found, and short ones are never encoded.
import { expect, test } from 'vitest'
import { fitting } from './fitting.ts'

test('texts fit while prompt and completion take no more positions than there are; only long ones are encoded', async () => {
  const asked: string[] = []
  // a token for every two letters
  const encode = (texts: readonly string[]): Promise<number[][]> => {
    asked.push(...texts)
    return Promise.resolve(texts.map((text) => Array.from({ length: Math.ceil(text.length / 2) }, () => 1)))
  }
  const text = (prompt: number, completion: number) => ({ prompt: 'p'.repeat(prompt), completion: 'c'.repeat(completion) })
  // 10 positions: 11 tokens are the most, since the last is only predicted
  expect(await fitting({ encode }, [text(5, 5), text(10, 12), text(12, 12), text(0, 10)], 10)).toEqual([true, true, false, true])
  expect(asked).toEqual(['p'.repeat(10), 'c'.repeat(12), 'p'.repeat(12), 'c'.repeat(12)])
})
