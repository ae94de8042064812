// The short tour of a first visit: a card in the page's free corner, and a frame around what it speaks of. It holds no focus and hides no button of the run.
import { useEffect } from 'react'
import type { Place } from '../../state/inspect/view.ts'
import { useShell, useWorkbench } from '../parts/stores.ts'

interface Stop {
  readonly place: Place
  /** what gets the frame; the place's own button until that is there */
  readonly at: string
  readonly title: string
  readonly words: string
}

const STOPS: readonly Stop[] = [
  {
    place: 'train', at: '.panel.data', title: 'A shop is open',
    words: 'A small embedded one, with a policy that already writes queries. Drop your own shards anywhere on the page, or choose another policy here.',
  },
  {
    place: 'train', at: '[role=group][aria-label=Run]', title: 'Train',
    words: 'The policy writes, the shop ranks, the ranking’s NDCG is the reward. The sample takes a few minutes; curves and alarms follow it.',
  },
  {
    place: 'inspect', at: '.inspect-main', title: 'Inspect',
    words: 'One query as typed, as the policy began, and as it writes now, with what each found, side by side. Add checkpoints, other models, or your own words.',
  },
  {
    place: 'runs', at: '.runs-list-panel', title: 'Runs',
    words: 'Every run is kept in this browser: compare curves and settings, make a results table, take one elsewhere as a file.',
  },
]

/** Frames `selector`'s element, or `instead`'s, as soon as it is there: a place is loaded when it is first seen. */
function useFrame(selector: string | undefined, instead: string): void {
  useEffect(() => {
    if (selector === undefined) return undefined
    let framed: Element | null = null
    const find = (): void => {
      const next = document.querySelector(selector) ?? document.getElementById(instead)
      if (next === framed) return
      framed?.classList.remove('toured')
      next?.classList.add('toured')
      framed = next
    }
    find()
    const timer = setInterval(find, 200)
    return () => {
      clearInterval(timer)
      framed?.classList.remove('toured')
    }
  }, [selector, instead])
}

export function Tour({ step }: { readonly step: number }) {
  const { shell, view } = useWorkbench()
  const keys = useShell((state) => state.keys)
  const stop = STOPS[step]
  useFrame(stop?.at, `place-${stop?.place}`)
  if (stop === undefined) return null
  const last = step === STOPS.length - 1
  const go = (to: number): void => {
    view.setPlace(STOPS[to]?.place ?? 'train')
    shell.goTo(to)
  }
  const end = (): void => {
    if (step > 0) view.setPlace('train')
    shell.endTour()
  }
  return (
    <aside className="tour" aria-label="Tour">
      <div role="status">
        <h2>{stop.title} <small>{step + 1} of {STOPS.length}</small></h2>
        <p>{stop.words}{last && keys ? ' Press ? for keys and terms.' : ''}</p>
      </div>
      <p className="tour-buttons">
        {!last && <button type="button" className="plain" onClick={end}>Skip the tour</button>}
        {step > 0 && <button type="button" className="button small" onClick={() => go(step - 1)}>Back</button>}
        <button type="button" className="button small primary" onClick={() => (last ? end() : go(step + 1))}>{last ? 'Done' : 'Next'}</button>
      </p>
    </aside>
  )
}
