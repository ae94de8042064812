// When a chart is drawn: at once and in a task of its own after a person changed how; in its own time, and less often the more it costs, as a run grows.
import { useCallback, useEffect, useRef, useState, type RefObject } from 'react'
import { flushSync } from 'react-dom'
import type { CursorState } from '../../state/cursor.ts'
import { inTurn } from '../parts/turns.ts'
import type { Size } from '../parts/useSize.ts'
import type { Charted } from './charted.ts'
import type { Curve } from './curves.ts'
import { frameOf, type Frame, type Look } from './frame.ts'
import { boxOf } from './geometry.ts'

export interface Drawn {
  readonly frame: Frame
  readonly size: Size
  readonly look: Look
  readonly labels: number
}

/** A growing run may take this share of the page's time for one chart: what costs 5 ms is drawn every 200 ms. */
const REST = 40
const SOONEST_MS = 100
const LATEST_MS = 2000
/** A chart that nobody sees waits longer, by so much, but not for ever. */
const UNSEEN = 8
const UNSEEN_LATEST_MS = 5000

const LOOKS: readonly (keyof CursorState)[] = ['axis', 'log', 'ignoreOutliers', 'range']

interface Watched<State> {
  getState(): State
  subscribe(act: (now: State, before: State) => void): () => void
}

export interface Drawing {
  readonly curve: Curve
  readonly charted: Charted
  readonly cursor: Watched<CursorState>
  readonly view: Watched<{ readonly smoothing: number }>
  readonly line: string | undefined
  readonly size: Size | undefined
  readonly labels: number
  readonly element: RefObject<HTMLElement | null>
}

/** What the chart shows, once it has a size. */
export function useFrame({ curve, charted, cursor, view, line, size, labels, element }: Drawing): Drawn | undefined {
  const [drawn, setDrawn] = useState<Drawn>()
  const rest = useRef(SOONEST_MS)
  const draw = useCallback((): void => {
    if (size === undefined || size.width < 60 || size.height < 30) return
    const { axis, log, ignoreOutliers, range } = cursor.getState()
    const look: Look = { axis, log, ignoreOutliers, range, smoothing: view.getState().smoothing, line }
    const begun = performance.now()
    const frame = frameOf(curve, charted.series, look, Math.round(boxOf(size, labels).width))
    // without flushSync React would gather the renders of several turns into one long task
    flushSync(() => setDrawn({ frame, size, look, labels }))
    rest.current = Math.min(LATEST_MS, Math.max(SOONEST_MS, REST * (performance.now() - begun)))
  }, [curve, charted, cursor, view, line, size, labels])

  useEffect(() => {
    let [withdraw, last, stale, seen] = [(): void => undefined, 0, false, true]
    let timer: ReturnType<typeof setTimeout> | undefined
    const turn = (): void => {
      clearTimeout(timer)
      timer = undefined
      stale = false
      withdraw()
      withdraw = inTurn(() => {
        draw()
        last = performance.now()
      })
    }
    // a chart that nobody sees is drawn otherwise when it is scrolled to
    const asked = (): void => {
      if (seen) turn()
      else stale = true
    }
    const grown = (): void => {
      timer ??= setTimeout(turn, Math.max(0, last + (seen ? rest.current : Math.min(UNSEEN_LATEST_MS, UNSEEN * rest.current)) - performance.now()))
    }
    const observer = new IntersectionObserver((entries) => {
      seen = entries.at(-1)?.isIntersecting ?? true
      if (seen && stale) turn()
    }, { rootMargin: '60px' })
    if (element.current !== null) observer.observe(element.current)
    turn()
    const stops = [
      charted.version.subscribe(grown),
      view.subscribe((now, before) => { if (now.smoothing !== before.smoothing) asked() }),
      cursor.subscribe((now, before) => { if (LOOKS.some((name) => now[name] !== before[name])) asked() }),
    ]
    return () => {
      clearTimeout(timer)
      withdraw()
      observer.disconnect()
      for (const stop of stops) stop()
    }
  }, [charted, cursor, draw, element, view])
  return drawn
}
