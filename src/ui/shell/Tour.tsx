// The short tour of a first visit: a few words beside the thing they are about. It covers nothing, holds no focus, and one press ends it.
import { Popover, PopoverHeading, PopoverProvider } from '@ariakit/react'
import { useEffect, useState } from 'react'
import type { Place } from '../../state/inspect/view.ts'
import { useShell, useWorkbench } from '../parts/stores.ts'

interface Stop {
  readonly place: Place
  /** what it points at; the place's own button while that is not there */
  readonly at: string
  readonly title: string
  readonly words: string
}

const STOPS: readonly Stop[] = [
  { place: 'train', at: '.data-head', title: 'A shop is open', words: 'A small embedded one, with a policy that already writes queries. Drop your own shards anywhere on the page, or choose another policy here.' },
  { place: 'train', at: '[role=group][aria-label=Run]', title: 'Train', words: 'The policy writes, the shop ranks, the ranking’s NDCG is the reward. The sample takes a few minutes; curves and alarms follow it.' },
  { place: 'inspect', at: '#place-inspect', title: 'Inspect', words: 'One query as typed, as the policy began, and as it writes now, with what each found, side by side. Add checkpoints, other models, or your own words.' },
  { place: 'runs', at: '#place-runs', title: 'Runs', words: 'Every run is kept in this browser: compare curves and settings, make a results table, take one elsewhere as a file.' },
]

export function Tour({ step }: { readonly step: number }) {
  const { shell, view } = useWorkbench()
  const keys = useShell((state) => state.keys)
  const stop = STOPS[step]
  // the place is loaded when it is first seen: what the words point at may come later than they
  const [anchor, setAnchor] = useState<Element | null>(null)
  useEffect(() => {
    if (stop === undefined) return undefined
    if (step > 0) view.setPlace(stop.place)
    const find = (): void => setAnchor(document.querySelector(stop.at) ?? document.getElementById(`place-${stop.place}`))
    find()
    const timer = setInterval(find, 200)
    return () => clearInterval(timer)
  }, [stop, step, view])
  if (stop === undefined || anchor === null) return null
  const last = step === STOPS.length - 1
  const end = (): void => {
    shell.endTour()
    if (step > 0) view.setPlace('train')
  }
  return (
    <PopoverProvider open placement="bottom-start" setOpen={(open) => { if (!open) end() }}>
      <Popover
        className="tour" portal modal={false} autoFocusOnShow={false} autoFocusOnHide={false} hideOnInteractOutside={false} gutter={8}
        getAnchorRect={() => anchor.getBoundingClientRect()}
      >
        <PopoverHeading>{stop.title} <small>{step + 1} of {STOPS.length}</small></PopoverHeading>
        <p>{stop.words}{last && keys ? ' Press ? for keys and terms.' : ''}</p>
        <p className="tour-buttons">
          {!last && <button type="button" className="plain" onClick={end}>Skip the tour</button>}
          {step > 0 && <button type="button" className="button small" onClick={() => shell.goTo(step - 1)}>Back</button>}
          <button type="button" className="button small primary" onClick={() => (last ? end() : shell.goTo(step + 1))}>{last ? 'Done' : 'Next'}</button>
        </p>
      </Popover>
    </PopoverProvider>
  )
}
