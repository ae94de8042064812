// The best k of a stream of scored positions, offered in rising position: of equal scores the earlier stands.

export class TopK {
  /** a score must exceed this to get in: 0 while there is room, then the least score kept */
  bar = 0
  private size = 0
  private scores: Float64Array
  private positions: Uint32Array

  constructor(private readonly k: number, expected: number) {
    const room = Math.min(k, expected)
    this.scores = new Float64Array(room)
    this.positions = new Uint32Array(room)
  }

  /** Takes in a score above `bar`. Positions must rise from call to call. */
  offer(score: number, position: number): void {
    if (this.size < this.k) {
      this.scores[this.size] = score
      this.positions[this.size++] = position
      if (this.size === this.k) {
        for (let at = this.k >> 1; at >= 0; at--) this.sink(at, this.size)
        this.bar = this.scores[0]!
      }
      return
    }
    this.scores[0] = score
    this.positions[0] = position
    this.sink(0, this.size)
    this.bar = this.scores[0]!
  }

  /** Moves an entry down until no child is worse: the root is the worst, of equal scores the latest. */
  private sink(start: number, size: number): void {
    const { scores, positions } = this
    const score = scores[start]!
    const position = positions[start]!
    let at = start
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      const right = child + 1
      if (right < size && (scores[right]! < scores[child]! || (scores[right] === scores[child] && positions[right]! > positions[child]!))) child = right
      if (scores[child]! > score || (scores[child] === score && positions[child]! < position)) break
      scores[at] = scores[child]!
      positions[at] = positions[child]!
      at = child
    }
    scores[at] = score
    positions[at] = position
  }

  /** What was kept, best first. Ends the collection. */
  finish(): { readonly positions: Uint32Array; readonly scores: Float64Array } {
    const { scores, positions, size } = this
    if (size < this.k) for (let at = size >> 1; at >= 0; at--) this.sink(at, size)
    for (let end = size - 1; end > 0; end--) {
      const score = scores[end]!
      const position = positions[end]!
      scores[end] = scores[0]!
      positions[end] = positions[0]!
      scores[0] = score
      positions[0] = position
      this.sink(0, end)
    }
    return { positions: positions.slice(0, size), scores: scores.slice(0, size) }
  }
}
