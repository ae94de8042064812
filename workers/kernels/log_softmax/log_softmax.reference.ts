// Log-probabilities and entropies of softmax(logits / temperature) in float64: the definition that the kernels are held to.

export interface RowsOfTokens {
  readonly rows: number
  readonly vocabulary: number
  readonly temperature: number
}

/** With z = logits / temperature: lse = log Σ exp z, logp = z[target] − lse, entropy = −Σ p log p. logits: [rows, vocabulary]; targets and results: [rows]. */
export function logSoftmax(logits: ArrayLike<number>, targets: ArrayLike<number>, { rows, vocabulary, temperature }: RowsOfTokens): { lse: Float64Array; logp: Float64Array; entropy: Float64Array } {
  const lse = new Float64Array(rows)
  const logp = new Float64Array(rows)
  const entropy = new Float64Array(rows)
  for (let r = 0; r < rows; r++) {
    const z = Float64Array.from({ length: vocabulary }, (_, c) => logits[r * vocabulary + c]! / temperature)
    const top = z.reduce((most, value) => Math.max(most, value), -Infinity)
    const logSum = Math.log(z.reduce((sum, value) => sum + Math.exp(value - top), 0))
    lse[r] = top + logSum
    logp[r] = z[targets[r]!]! - top - logSum
    for (const value of z) entropy[r]! -= Math.exp(value - top - logSum) * (value - top - logSum)
  }
  return { lse, logp, entropy }
}

/** dlogits += the gradient along dlogp and dentropy: [rows]. dlogits: [rows, vocabulary]. */
export function logSoftmaxBackward(
  { logits, targets, dlogp, dentropy, dlogits }: { logits: ArrayLike<number>; targets: ArrayLike<number>; dlogp: ArrayLike<number>; dentropy: ArrayLike<number>; dlogits: Float64Array },
  shape: RowsOfTokens,
): void {
  const { rows, vocabulary, temperature } = shape
  const { lse, entropy } = logSoftmax(logits, targets, shape)
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < vocabulary; c++) {
      const logp = logits[r * vocabulary + c]! / temperature - lse[r]!
      const p = Math.exp(logp)
      const hit = c === targets[r]! ? 1 : 0
      dlogits[r * vocabulary + c]! += (dlogp[r]! * (hit - p) - dentropy[r]! * p * (logp + entropy[r]!)) / temperature
    }
  }
}
