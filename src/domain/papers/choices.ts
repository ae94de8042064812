// Seeds as people write them: 1, 2, 3 or 1-3.

const MOST = 20

/** Throws a sentence where the text is no list of seeds. */
export function seedsOf(text: string): readonly number[] {
  const wrong = (): Error => new Error(`seeds are ${JSON.stringify(text)}; give whole numbers with commas between them, or a range, for example 1,2,3 or 1-3, at most ${MOST}`)
  const seeds = text.split(',').flatMap((part) => {
    const [, from, to = from] = /^\s*(\d{1,9})(?:\s*[-–]\s*(\d{1,9}))?\s*$/.exec(part) ?? []
    if (from === undefined || to === undefined || Number(to) < Number(from) || Number(to) - Number(from) >= MOST) throw wrong()
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) => Number(from) + at)
  })
  const distinct = [...new Set(seeds)]
  if (distinct.length > MOST) throw wrong()
  return distinct
}
