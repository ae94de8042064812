// Sixteen-bit floats: every one of them is read exactly, and numbers between two go to the nearer, or to the even one.
import { expect, test } from 'vitest'
import { fromBrains, fromHalf, fromHalves, toBrains, toHalves } from './half.ts'

const every = Uint16Array.from({ length: 65_536 }, (_, i) => i)
const isNaNHalf = (half: number): boolean => (half & 0x7fff) > 0x7c00
const isNaNBrain = (brain: number): boolean => (brain & 0x7fff) > 0x7f80

test('half floats decode to the numbers they stand for', () => {
  expect([0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00].map(fromHalf)).toEqual([1, -2, 65504, 2 ** -24, -0, Infinity])
  expect(fromHalf(0x7e00)).toBeNaN()
  const all = fromHalves(every)
  expect(every.findIndex((half, i) => !Object.is(all[i], fromHalf(half)))).toBe(-1)
})

test('every half and every brain float survives the way to float32 and back', () => {
  const halves = toHalves(fromHalves(every))
  expect(every.filter((half, i) => (isNaNHalf(half) ? !isNaNHalf(halves[i]!) : halves[i] !== half))).toEqual(new Uint16Array(0))
  const brains = toBrains(fromBrains(every))
  expect(every.filter((brain, i) => (isNaNBrain(brain) ? !isNaNBrain(brains[i]!) : brains[i] !== brain))).toEqual(new Uint16Array(0))
})

test('a number between two sixteen-bit floats goes to the nearer one, a middle to the even one', () => {
  for (const [to, from] of [[toHalves, fromHalves], [toBrains, fromBrains]] as const) {
    // pairs of finite neighbours, tiny and normal; 65504 and infinity are the last pair of halves
    const last = to === toHalves ? 0x7bff : 0x7f7e
    for (let low = 0; low < last; low += 29) {
      const [a, b] = from(Uint16Array.of(low, low + 1)) as unknown as [number, number]
      const quarter = (b - a) / 4
      expect([...to(Float32Array.of(a + quarter, a + 2 * quarter, a + 3 * quarter, -a - quarter))])
        .toEqual([low, low % 2 === 0 ? low : low + 1, low + 1, low + 0x8000])
    }
  }
  expect([...toHalves(Float32Array.of(65519, 65520, 1e10, -1e10, 2 ** -25, 2 ** -25 * 1.001, 1e-30))]).toEqual([0x7bff, 0x7c00, 0x7c00, 0xfc00, 0, 1, 0])
})
