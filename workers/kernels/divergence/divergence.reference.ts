// KL(p ‖ q) of rows of logits in float64: the definition that the kernel is held to.
import { logSoftmax } from '../log_softmax/log_softmax.reference.ts'

/** Σ p · (log p − log q) of each row, p = softmax(ours), q = softmax(theirs). ours, theirs: [rows, vocabulary]; result: [rows]. */
export function divergence(ours: ArrayLike<number>, theirs: ArrayLike<number>, rows: number, vocabulary: number): Float64Array {
  const shape = { rows, vocabulary, temperature: 1 }
  const none = new Uint32Array(rows)
  const [p, q] = [logSoftmax(ours, none, shape).lse, logSoftmax(theirs, none, shape).lse]
  return Float64Array.from({ length: rows }, (_, r) => {
    let sum = 0
    for (let c = 0; c < vocabulary; c++) {
      const logp = ours[r * vocabulary + c]! - p[r]!
      sum += Math.exp(logp) * (logp - (theirs[r * vocabulary + c]! - q[r]!))
    }
    return sum
  })
}
