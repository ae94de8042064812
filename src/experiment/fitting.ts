// Which texts to imitate fit the policy: its positions hold a prompt with its completion, and no more.
import type { ImitatedText } from '../domain/imitation.ts'
import type { PolicyService } from '../protocol/policy.ts'

/** Texts encoded at once. */
const AT_ONCE = 64

const bytes = new TextEncoder()

/**
 * For each text whether prompt and completion take at most `maxPositions` tokens together. No token is shorter than a byte, so that only texts of more
 * bytes than that are encoded.
 */
export async function fitting(policy: Pick<PolicyService, 'encode'>, texts: readonly ImitatedText[], maxPositions: number): Promise<readonly boolean[]> {
  const fits = texts.map(({ prompt, completion }) => bytes.encode(prompt + completion).length <= maxPositions)
  const long = fits.flatMap((known, at) => (known ? [] : [at]))
  for (let start = 0; start < long.length; start += AT_ONCE) {
    const some = long.slice(start, start + AT_ONCE)
    const ids = await policy.encode(some.flatMap((at) => [texts[at]!.prompt, texts[at]!.completion]))
    // the last token is read by nobody
    for (const [i, at] of some.entries()) fits[at] = ids[i * 2]!.length + ids[i * 2 + 1]!.length - 1 <= maxPositions
  }
  return fits
}
