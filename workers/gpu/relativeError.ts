// How far a tensor is from what it should be: the one measure of the golden check and of the tests.

/** ‖found − expected‖ / ‖expected‖; the plain norm when expected is all zero. Not-a-number counts as infinite. */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity
  let difference = 0
  let norm = 0
  for (let i = 0; i < expected.length; i++) {
    const e = expected[i] ?? NaN
    difference += ((found[i] ?? NaN) - e) ** 2
    norm += e ** 2
  }
  const error = norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm)
  return Number.isNaN(error) ? Infinity : error
}
