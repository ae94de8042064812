// Checks that a rate tells of the last seconds and of nothing that lay here before.
import { expect, test } from 'vitest'
import { createPace } from './rate.ts'

function pacing() {
  let at = 0
  const pace = createPace(() => at)
  return (ms: number, bytes: number, of: number) => {
    at = ms
    return pace(bytes, of)
  }
}

test('a rate counts what came since it began, not what lay here already', () => {
  const tell = pacing()
  expect(tell(0, 900, 1000)).toEqual({ bytesPerSecond: undefined, secondsLeft: undefined })
  expect(tell(1000, 920, 1000)).toEqual({ bytesPerSecond: 20, secondsLeft: 4 })
})

test('a rate forgets how it went long ago', () => {
  const tell = pacing()
  tell(0, 0, 100_000)
  for (let second = 1; second <= 5; second++) tell(second * 1000, second * 10_000, 100_000)
  for (let second = 6; second <= 20; second++) tell(second * 1000, 50_000 + (second - 5) * 100, 100_000)
  expect(tell(21_000, 51_600, 100_000)).toEqual({ bytesPerSecond: 100, secondsLeft: 484 })
})

test('nothing is said of what stands still, or of the first moments', () => {
  const tell = pacing()
  tell(0, 10, 100)
  expect(tell(200, 20, 100).bytesPerSecond).toBeUndefined()
  const still = pacing()
  still(0, 10, 100)
  expect(still(5000, 10, 100)).toEqual({ bytesPerSecond: undefined, secondsLeft: undefined })
})
