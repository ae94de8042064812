// Checks that every pair of ink and ground on the page has the contrast of WCAG AA, in light and in dark.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const css = readFileSync(join(import.meta.dirname, 'theme.css'), 'utf8')
const [light, dark] = css.split('@media (prefers-color-scheme: dark)') as [string, string]

function tokens(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name!, colour!]))
}

/** Relative luminance of WCAG 2. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

const GROUNDS = ['page', 'panel', 'sunken'] as const
const TEXT: readonly (readonly [ink: string, ground: string])[] = [
  ...['ink', 'ink-soft', 'ink-faint'].flatMap((ink) => GROUNDS.map((ground) => [ink, ground] as const)),
  ...['accent', 'good', 'warn', 'bad'].map((ink) => [ink, 'panel'] as const),
  ['accent', 'accent-soft'], ['ink', 'accent-soft'], ['ink-soft', 'accent-soft'], ['accent-ink', 'accent'],
  ['good', 'good-soft'], ['ink', 'warn-soft'], ['ink-soft', 'warn-soft'], ['ink', 'bad-soft'],
  ...['accent', 'good', 'warn', 'bad'].map((ink) => [ink, 'sunken'] as const),
  ...['good', 'bad', 'ink-faint'].map((ink) => [ink, 'accent-soft'] as const), ['ink-soft', 'bad-soft'],
  ...['e', 's', 'c', 'i'].map((label) => [`label-${label}`, `label-${label}-soft`] as const),
]
const MARKS = ['series-1', 'series-2', 'series-3', 'focus', 'line-strong'].map((mark) => [mark, 'panel'] as const)

describe.each([['light', tokens(light)], ['dark', tokens(dark)]] as const)('in the %s scheme', (_, colours) => {
  test.each(TEXT)('%s on %s reads at 4.5 to 1', (ink, ground) => {
    expect(contrast(colours.get(ink)!, colours.get(ground)!)).toBeGreaterThanOrEqual(4.5)
  })

  test.each(MARKS)('%s on %s is seen at 3 to 1', (mark, ground) => {
    expect(contrast(colours.get(mark)!, colours.get(ground)!)).toBeGreaterThanOrEqual(3)
  })
})

test('black on white has the greatest contrast there is', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 9)
})
