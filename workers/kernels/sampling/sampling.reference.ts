// Drawing a token in float64: the filters by sorting, the chance by its definition, the draw in the kernel's order. Nothing here has a gradient.
import { segmentsOf } from '../../../src/domain/rooms.ts'
import { threefry2x32 } from '../../../src/domain/random.ts'

export interface Filters {
  readonly temperature: number
  /** 0 switches the filter off */
  readonly topK: number
  /** 1 switches the filter off */
  readonly topP: number
}

export interface Distribution {
  /** what a token is drawn from: softmax(logits / temperature) over the kept tokens, 0 elsewhere */
  readonly probabilities: Float64Array
  /** log-probabilities before any filter */
  readonly logps: Float64Array
  /** how far, in probability, the top-p cut is from falling elsewhere: below 1e-5 float32 may rightly decide otherwise */
  readonly slack: number
}

/** Top-k, then top-p of what it left; tokens as likely as the last one kept are kept too. logits: [vocabulary]. */
export function distribution(logits: ArrayLike<number>, { temperature, topK, topP }: Filters): Distribution {
  const z = Float64Array.from(logits, (logit) => logit / temperature)
  const top = z.reduce((most, value) => Math.max(most, value), -Infinity)
  const logSum = Math.log(z.reduce((sum, value) => sum + Math.exp(value - top), 0))
  const logps = z.map((value) => value - top - logSum)

  const falling = Float64Array.from(logps).sort().reverse()
  let least = topK > 0 && topK < falling.length ? falling[topK - 1]! : -Infinity
  let slack = Infinity
  if (topP < 1) {
    const left = falling.filter((logp) => logp >= least)
    const whole = left.reduce((sum, logp) => sum + Math.exp(logp), 0)
    let mass = 0
    for (const logp of left) {
      mass += Math.exp(logp) / whole
      slack = Math.min(slack, Math.abs(mass - topP))
      least = logp
      if (mass >= topP) break
    }
  }
  const kept = logps.map((logp) => (logp >= least ? Math.exp(logp) : 0))
  const whole = kept.reduce((sum, mass) => sum + mass, 0)
  return { probabilities: kept.map((mass) => mass / whole), logps, slack }
}

/** A number in [0, 1) of 24 bits that is a function of these five whole numbers. */
export function chance(seed: number, step: number, prompt: number, member: number, position: number): number {
  const [key0, key1] = threefry2x32(seed, step, prompt, member)
  return (threefry2x32(key0, key1, position, 0)[0] >>> 8) / 2 ** 24
}

/** The token at which the running sum, segment by segment (columns s, s + segments, …), passes `uniform`; margin: how far `uniform` is from another token. */
export function draw(probabilities: Float64Array, uniform: number): { token: number; margin: number } {
  const segments = segmentsOf(probabilities.length)
  let passed = 0
  let last = { token: -1, margin: 0 }
  for (let s = 0; s < segments; s++) {
    for (let c = s; c < probabilities.length; c += segments) {
      const share = probabilities[c]!
      if (share === 0) continue
      last = { token: c, margin: Math.min(uniform - passed, passed + share - uniform) }
      passed += share
      if (passed > uniform) return last
    }
  }
  return last
}

/** The first of the largest. */
export function greedy(logits: ArrayLike<number>): number {
  let best = 0
  for (let c = 1; c < logits.length; c++) if (logits[c]! > logits[best]!) best = c
  return best
}
