// The best k of a stream of scored positions: candidates above a bar are collected, and now and then only the best of them are kept.

/** Candidates collected before the best k of them are kept: each keeping costs a few steps a candidate and raises the bar. */
const ROOM = 4

/** Runs as short as this are sorted by insertion. */
const SHORT = 12

export class TopK {
  /** a score must exceed this to be worth offering: 0 at first, then the least of k that were better than all before */
  bar = 0
  private size = 0
  private readonly scores: Float64Array
  private readonly positions: Uint32Array

  /** `expected`: how many are offered at most. */
  constructor(private readonly k: number, expected: number) {
    const room = Math.min(ROOM * k, expected)
    this.scores = new Float64Array(room)
    this.positions = new Uint32Array(room)
  }

  /** Takes in a score above `bar`. Positions must rise from call to call: of equal scores the earlier stands. */
  offer(score: number, position: number): void {
    if (this.size === this.scores.length) {
      this.keepBest()
      if (!(score > this.bar)) return
    }
    this.scores[this.size] = score
    this.positions[this.size++] = position
  }

  /** Moves the best k to the front, in any order, and forgets the others. */
  private keepBest(): void {
    const { scores, k } = this
    let low = 0
    let high = this.size - 1
    while (low < high) {
      const border = this.partition(low, high)
      if (border < k) low = border + 1
      else high = border
    }
    this.size = Math.min(this.size, k)
    let bar = Infinity
    for (let at = 0; at < this.size; at++) if (scores[at]! < bar) bar = scores[at]!
    this.bar = bar
  }

  /** Hoare's partition: all of low to border stand before all behind it, and border < high. */
  private partition(low: number, high: number): number {
    const { scores, positions } = this
    const middle = (low + high) >>> 1
    const score = scores[middle]!
    const position = positions[middle]!
    let left = low - 1
    let right = high + 1
    for (;;) {
      do left++
      while (scores[left]! > score || (scores[left] === score && positions[left]! < position))
      do right--
      while (scores[right]! < score || (scores[right] === score && positions[right]! > position))
      if (left >= right) return right
      const otherScore = scores[left]!
      const otherPosition = positions[left]!
      scores[left] = scores[right]!
      positions[left] = positions[right]!
      scores[right] = otherScore
      positions[right] = otherPosition
    }
  }

  private sort(from: number, to: number): void {
    let low = from
    let high = to
    while (high - low > SHORT) {
      const border = this.partition(low, high)
      if (border - low < high - border) {
        this.sort(low, border)
        low = border + 1
      } else {
        this.sort(border + 1, high)
        high = border
      }
    }
    const { scores, positions } = this
    for (let next = low + 1; next <= high; next++) {
      const score = scores[next]!
      const position = positions[next]!
      let at = next
      for (; at > low && (scores[at - 1]! < score || (scores[at - 1] === score && positions[at - 1]! > position)); at--) {
        scores[at] = scores[at - 1]!
        positions[at] = positions[at - 1]!
      }
      scores[at] = score
      positions[at] = position
    }
  }

  /** What was kept, best first. Ends the collection. */
  finish(): { readonly positions: Uint32Array; readonly scores: Float64Array } {
    if (this.size > this.k) this.keepBest()
    this.sort(0, this.size - 1)
    return { positions: this.positions.slice(0, this.size), scores: this.scores.slice(0, this.size) }
  }
}
