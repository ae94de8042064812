// Checks a run played again: at its speed, to any place and back, with the same state as when it is read at once.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { RunEvent } from '../../experiment/events.ts'
import { emptyRun, reduceAll } from '../../experiment/reduce.ts'
import { createPlayback } from './playback.ts'

const start = { type: 'start', settings: {} } as unknown as RunEvent
const step = (at: number): RunEvent => ({ type: 'step', stage: 'sft', step: at, loss: 1, gradNorm: 1, tokens: 1, learningRate: 1, ms: 1 })
const events = [start, ...Array.from({ length: 1200 }, (_, at) => step(at + 1))]
const run = { record: { id: 'a' }, events }
const playback = () => createPlayback(() => Date.now())

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

test('as many events a second as were asked for, until it is paused', () => {
  const player = playback()
  player.start(run, 10)
  vi.advanceTimersByTime(3000)
  expect(player.getState()).toMatchObject({ id: 'a', of: 1201, playing: true })
  expect(player.getState().at).toBeGreaterThanOrEqual(29)
  expect(player.getState().at).toBeLessThanOrEqual(30)
  player.pause()
  const { at } = player.getState()
  vi.advanceTimersByTime(3000)
  expect(player.getState().at).toBe(at)
  player.setSpeed(100)
  player.play()
  vi.advanceTimersByTime(1000)
  expect(player.getState().at - at).toBeGreaterThanOrEqual(98)
  expect(player.getState().at - at).toBeLessThanOrEqual(100)
})

test('it ends with the whole run, and playing again begins anew', () => {
  const player = playback()
  player.start(run, 100)
  vi.advanceTimersByTime(14_000)
  expect(player.getState()).toMatchObject({ at: 1201, playing: false })
  expect(player.getState().state).toEqual(reduceAll(emptyRun, events))
  player.play()
  vi.advanceTimersByTime(100)
  expect(player.getState().at).toBeLessThan(20)
})

test.each([0, 1, 255, 256, 257, 700, 1201])('moved to %i from anywhere, it stands as if it had been played to there', (place) => {
  const player = playback()
  player.start(run, 1)
  player.pause()
  for (const before of [1201, 3, 600]) {
    player.seek(before)
    player.seek(place)
    expect(player.getState().at).toBe(place)
    expect(player.getState().state).toEqual(reduceAll(emptyRun, events.slice(0, place)))
  }
})

test('moved to the end while it plays it has ended; moved back it stands there until it is played, and goes on at its speed', () => {
  const player = playback()
  player.start(run, 10)
  vi.advanceTimersByTime(1000)
  player.seek(1201)
  expect(player.getState()).toMatchObject({ at: 1201, playing: false })
  vi.advanceTimersByTime(60_000)
  player.seek(100)
  vi.advanceTimersByTime(1000)
  expect(player.getState()).toMatchObject({ at: 100, playing: false })
  player.play()
  vi.advanceTimersByTime(1000)
  expect(player.getState().at).toBeGreaterThanOrEqual(109)
  expect(player.getState().at).toBeLessThanOrEqual(110)
})

test('moved while it plays, it goes on from there, and nothing of the time before is fed after the move', () => {
  const player = playback()
  player.start(run, 1)
  vi.advanceTimersByTime(900)
  player.seek(500)
  vi.advanceTimersByTime(900)
  expect(player.getState()).toMatchObject({ at: 500, playing: true })
})

test('a tab that slept does not add everything up in one turn', () => {
  const player = playback()
  player.start(run, 100)
  vi.setSystemTime(Date.now() + 60_000)
  vi.advanceTimersByTime(50)
  expect(player.getState().at).toBeLessThanOrEqual(64)
})

test('stopped, nothing of it is left', () => {
  const player = playback()
  player.start(run, 100)
  player.stop()
  vi.advanceTimersByTime(1000)
  expect(player.getState()).toMatchObject({ id: undefined, at: 0, state: emptyRun })
})
