// A completion in its tokens, the unlikelier the stronger their shade; the exact probability of each on hover, and by the arrow keys.
import { memo, useEffect, useId, useState, type CSSProperties, type KeyboardEvent } from 'react'
import { flushSync } from 'react-dom'
import type { ScoredRollout } from '../../state/inspect/replay.ts'
import { sentenceOf } from '../../state/sentence.ts'
import { partsOf, piecesOf, type TokenPiece } from '../../state/inspect/tokens.ts'
import { digits, percent } from '../parts/format.ts'
import { logWords } from './logWords.ts'
import { useRun, useWorkbench } from '../parts/stores.ts'
import { inTurn } from '../parts/turns.ts'

/** From here down a token has the full shade. */
const LEAST_PROBABILITY = 0.01
const EXAMPLES = [1, 0.5, 0.2, 0.05, LEAST_PROBABILITY] as const

type Tinted = CSSProperties & { readonly '--tint': string }

/** How strong a token's shade is: none for certainty, all of it at one in a hundred; logarithmic between. */
function tintOf(logp: number): number {
  return Math.max(0, Math.min(1, logp / Math.log(LEAST_PROBABILITY)))
}

const styleOf = (logp: number): Tinted => ({ '--tint': `${Math.round(tintOf(logp) * 100)}%` })
const logpOf = ({ logps }: TokenPiece): number => logps.reduce((sum, logp) => sum + logp, 0)

export function TokenLegend() {
  return (
    <p className="token-legend quiet">
      Probability of each token:{' '}
      {EXAMPLES.map((p) => <span key={p} className="token" style={styleOf(Math.log(p))}>{p === LEAST_PROBABILITY ? '≤ ' : ''}{percent(p)}</span>)}
      {' '}<em>thought</em> slanted, <strong>answer</strong> in bold
    </p>
  )
}

type Pieces = readonly TokenPiece[] | { readonly fault: string }
const known = new WeakMap<ScoredRollout, readonly TokenPiece[]>()

/** The tokens' texts come from the tokenizer of the loaded policy. */
function usePieces(rollout: ScoredRollout): Pieces | undefined {
  const { run } = useWorkbench()
  const engine = useRun((state) => state.engine)
  const [pieces, setPieces] = useState<{ readonly of: ScoredRollout; readonly found: Pieces }>()
  useEffect(() => {
    const { service } = run.engine
    if (known.has(rollout)) return undefined
    let withdraw = (): void => undefined
    let wanted = true
    const show = (found: Pieces): void => {
      // each card in a task of its own: sixteen long ones at once would hold the page up
      if (wanted) withdraw = inTurn(() => flushSync(() => setPieces({ of: rollout, found })))
    }
    if (service === undefined || engine.is !== 'ready') show({ fault: 'the policy that wrote it is not loaded, so its tokens have no texts' })
    else {
      piecesOf(rollout.ids, rollout.logps, rollout.text, (ids) => service.decode(ids)).then((found) => {
        if (found === undefined) return show({ fault: 'another policy is loaded, whose tokenizer reads these tokens otherwise' })
        known.set(rollout, found)
        show(found)
      }, (error: unknown) => show({ fault: sentenceOf(error) }))
    }
    return () => {
      wanted = false
      withdraw()
    }
  }, [run, engine, rollout])
  return known.get(rollout) ?? (pieces?.of === rollout ? pieces.found : undefined)
}

/** White space that would not be seen, and line feeds. */
const visible = (text: string): string => text.replaceAll('\n', '↵\n')

interface SpansProps {
  readonly pieces: readonly TokenPiece[]
  readonly prefilled: boolean
  readonly active: number | undefined
}

const Spans = memo(({ pieces, prefilled, active }: SpansProps) => {
  const parts = partsOf(pieces, prefilled)
  return pieces.map((piece, at) => (
    // a token has no other name than its place
    <span key={`${at} ${piece.ids[0]}`} data-at={at} className={`token in-${parts[at]}${active === at ? ' active' : ''}`} style={styleOf(logpOf(piece) / piece.ids.length)}>
      {visible(piece.text)}
    </span>
  ))
})
Spans.displayName = 'Spans'

function readout(piece: TokenPiece, at: number, of: number): string {
  const logp = logpOf(piece)
  const together = piece.ids.length > 1 ? `, ${piece.ids.length} tokens of one letter together` : ''
  return `${JSON.stringify(piece.text)} p ${digits(Math.exp(logp))}, log ${logWords(logp, 3)}${together}, ${at + 1} of ${of}`
}

export function Tokens({ rollout, prefilled }: { readonly rollout: ScoredRollout; readonly prefilled: boolean }) {
  const id = useId()
  const pieces = usePieces(rollout)
  const [active, setActive] = useState<number>()
  if (pieces === undefined || 'fault' in pieces) {
    return (
      <>
        <p className="tokens">{rollout.text}</p>
        {pieces !== undefined && <p className="quiet">No shading: {pieces.fault}.</p>}
      </>
    )
  }
  const move = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (by === 0 && event.key !== 'Home' && event.key !== 'End') return
    event.preventDefault()
    event.stopPropagation()
    setActive(event.key === 'Home' ? 0 : event.key === 'End' ? pieces.length - 1 : Math.max(0, Math.min(pieces.length - 1, (active ?? -1) + by)))
  }
  const piece = active === undefined ? undefined : pieces[active]
  return (
    <>
      <div
        className="tokens" role="group" tabIndex={0} aria-label={`Tokens of rollout ${rollout.member + 1}: arrow keys go through them`} aria-describedby={id}
        onKeyDown={move} onBlur={() => setActive(undefined)} onPointerLeave={() => setActive(undefined)}
        onPointerOver={(event) => {
          const at = (event.target as HTMLElement).dataset['at']
          if (at !== undefined) setActive(Number(at))
        }}
      >
        <Spans pieces={pieces} prefilled={prefilled} active={active} />
      </div>
      <output id={id} className="token-readout">{piece === undefined ? '\u00a0' : readout(piece, active!, pieces.length)}</output>
    </>
  )
}
