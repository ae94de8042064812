// Log-probabilities as the page writes them.

/** −2.20: at most zero, so many decimals. */
export function logWords(logp: number, decimals: number): string {
  return logp.toFixed(decimals).replace(/^-(?=.*[1-9])/, '−').replace(/^-/, '')
}
