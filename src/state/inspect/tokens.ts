// A completion in the pieces that it was sampled in: the text of each token, those joined that are only together a letter.

export interface TokenPiece {
  readonly text: string
  readonly ids: readonly number[]
  /** log-probability of each id */
  readonly logps: readonly number[]
}

/** More tokens than this are no one letter: an emoji with all its parts takes about a dozen bytes. */
const MOST_JOINED = 16
const BROKEN = '\uFFFD'

type Decode = (ids: readonly (readonly number[])[]) => Promise<readonly string[]>

/**
 * `ids` and `logps` in their order; `decode` gives the text of each list. A byte-level tokenizer may cut a letter's bytes apart: alone each is no
 * text, so such tokens are joined until they are. Undefined where the pieces do not make up `text`: then another tokenizer wrote it.
 */
export async function piecesOf(ids: readonly number[], logps: readonly number[], text: string, decode: Decode): Promise<readonly TokenPiece[] | undefined> {
  const [whole = '', ...single] = await decode([ids, ...ids.map((id) => [id])])
  if (!sameText(whole, text)) return undefined
  const pieces: TokenPiece[] = []
  const piece = (said: string, from: number, to: number): void => void pieces.push({ text: said, ids: ids.slice(from, to), logps: logps.slice(from, to) })
  for (let at = 0; at < ids.length;) {
    if (!single[at]!.includes(BROKEN)) {
      piece(single[at]!, at, ++at)
      continue
    }
    const most = Math.min(MOST_JOINED, ids.length - at)
    const spans = await decode(Array.from({ length: most }, (_, more) => ids.slice(at, at + more + 1)))
    const found = spans.findIndex((span) => !span.includes(BROKEN))
    // bytes that are no text however many are joined stand as they are
    const length = found < 0 ? 1 : found + 1
    piece(spans[length - 1]!, at, at + length)
    at += length
  }
  return spaced(pieces, whole)
}

/** A rollout's text may end before its stop token. */
const sameText = (whole: string, text: string): boolean => whole === text || whole.startsWith(text) || text.startsWith(whole)

/** Some tokenizers drop a space at the beginning of what they decode: it is given back to the piece that it was taken from. */
function spaced(pieces: readonly TokenPiece[], whole: string): readonly TokenPiece[] {
  let at = 0
  return pieces.map((piece) => {
    const gap = whole.startsWith(piece.text, at) ? '' : whole.startsWith(` ${piece.text}`, at) ? ' ' : ''
    at += gap.length + piece.text.length
    return gap === '' ? piece : { ...piece, text: gap + piece.text }
  })
}

/** Where the thought ends and the answer begins: each piece's part of the output. `prefilled`: the prompt has opened the thought already. */
export function partsOf(pieces: readonly { readonly text: string }[], prefilled: boolean): readonly ('thought' | 'answer' | 'other')[] {
  const whole = pieces.map(({ text }) => text).join('')
  const begin = whole.indexOf('<think>')
  const close = whole.indexOf('</think>')
  const thought = [begin >= 0 ? begin : prefilled ? 0 : -1, close >= 0 ? close + '</think>'.length : whole.length] as const
  const open = whole.indexOf('<answer>', Math.max(0, close))
  const end = open < 0 ? -1 : whole.indexOf('</answer>', open)
  const answer = [open, end < 0 ? whole.length : end + '</answer>'.length] as const
  let at = 0
  return pieces.map(({ text }) => {
    const start = at
    at += text.length
    if (thought[0] >= 0 && start >= thought[0] && start < thought[1]) return 'thought'
    return answer[0] >= 0 && start >= answer[0] && start < answer[1] ? 'answer' : 'other'
  })
}
