// The key of a figure's chart: names beside their lines, in as many rows as they need, none wider than the chart.

/** A sign with its gap, and what a letter of 10 pixels takes at most on average. */
const [SIGN, APART, LETTER] = [22, 14, 6.2]

export interface PlacedKey {
  readonly x: number
  readonly row: number
  /** the name, cut where it alone is wider than the chart */
  readonly text: string
}

/** Where the names stand, in `width` pixels. */
export function placeKeys(names: readonly string[], width: number): readonly PlacedKey[] {
  const most = Math.floor((width - SIGN) / LETTER)
  let [x, row] = [0, 0]
  return names.map((name) => {
    const letters = Array.from(name)
    const text = letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : name
    const wide = SIGN + LETTER * Math.min(letters.length, most)
    if (x > 0 && x + wide > width) [x, row] = [0, row + 1]
    const placed = { x, row, text }
    x += wide + APART
    return placed
  })
}
