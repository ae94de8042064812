// Checks how tokens become pieces of text: letters that were cut apart, and which part of the output each belongs to.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { partsOf, piecesOf } from './tokens.ts'

/** A byte-level tokenizer with a token per byte. */
const bytes = (lists: readonly (readonly number[])[]): Promise<string[]> => Promise.resolve(lists.map((ids) => new TextDecoder().decode(Uint8Array.from(ids))))
const idsOf = (text: string): number[] => [...new TextEncoder().encode(text)]
const logpsOf = (ids: readonly number[]): number[] => ids.map((_, at) => -1 - at)

describe('pieces', () => {
  test('are one a token where every token is text', async () => {
    const ids = idsOf('ps4')
    expect(await piecesOf(ids, logpsOf(ids), 'ps4', bytes)).toEqual([
      { text: 'p', ids: [ids[0]], logps: [-1] }, { text: 's', ids: [ids[1]], logps: [-2] }, { text: '4', ids: [ids[2]], logps: [-3] },
    ])
  })

  test('join the bytes of one letter, with the log-probability of each', async () => {
    const ids = idsOf('a🎮é')
    const pieces = (await piecesOf(ids, logpsOf(ids), 'a🎮é', bytes))!
    expect(pieces.map(({ text }) => text)).toEqual(['a', '🎮', 'é'])
    expect(pieces[1]!.logps).toEqual([-2, -3, -4, -5])
  })

  test('stand broken, and alone, where the bytes never become a letter', async () => {
    const ids = [97, 0xe2, 0x82, 98]
    const text = new TextDecoder().decode(Uint8Array.from(ids))
    const pieces = (await piecesOf(ids, logpsOf(ids), text, bytes))!
    expect(pieces.map(({ ids: own }) => own.length)).toEqual([1, 1, 1, 1])
    expect(pieces[3]!.text).toBe('b')
  })

  test('are refused where another tokenizer wrote the text', async () => {
    expect(await piecesOf(idsOf('other words'), logpsOf(idsOf('other words')), 'these words', bytes)).toBeUndefined()
  })

  test('have the space that a tokenizer drops where it begins', async () => {
    const words = ['', ' red', ' shoes']
    const decode = (lists: readonly (readonly number[])[]): Promise<string[]> => Promise.resolve(lists.map((ids) => ids.map((id) => words[id]).join('').trimStart()))
    expect((await piecesOf([1, 2], [0, 0], 'red shoes', decode))!.map(({ text }) => text)).toEqual(['red', ' shoes'])
  })

  test('make up the text again, whatever it is, and lose no token', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 12 }), async (text) => {
      const ids = idsOf(text)
      const pieces = (await piecesOf(ids, logpsOf(ids), text, bytes))!
      expect(pieces.map((piece) => piece.text).join('')).toBe(new TextDecoder().decode(Uint8Array.from(ids)))
      expect(pieces.flatMap((piece) => piece.ids)).toEqual(ids)
    }))
  })
})

describe('parts of an output', () => {
  const split = (text: string): { text: string }[] => (text.match(/<\/?\w+>|[^<]/g) ?? []).map((piece) => ({ text: piece }))

  test('tell thought and answer apart, the tags within them', () => {
    expect(partsOf(split('<think>a</think> <answer>b</answer>'), false)).toEqual(['thought', 'thought', 'thought', 'other', 'answer', 'answer', 'answer'])
  })

  test('begin with the thought where the prompt has opened it', () => {
    expect(partsOf(split('a</think><answer>b'), true)).toEqual(['thought', 'thought', 'answer', 'answer'])
    expect(partsOf(split('a'), false)).toEqual(['other'])
  })
})
