// Outputs with all their parts, valued anew where a setting changes what a part is worth; weights alone change nothing here.
import { useEffect, useState } from 'react'
import { asksServer, valueOutputs, valuingKey, type Valued } from '../../state/run/rewardExamples.ts'
import { sentenceOf } from '../../state/sentence.ts'
import { useLibrary, useRun, useWorkbench } from '../parts/stores.ts'

export interface Valuing {
  readonly valued: Valued | undefined
  readonly fault: string | undefined
  /** why there is nothing yet: no data, a server that is not asked unbidden, or the ranking itself */
  readonly waits: 'data' | 'server' | 'ranking'
  /** the output that is shown */
  readonly at: number
  readonly show: (at: number) => void
  /** asks a server */
  readonly value: () => void
}

/** While one types, nothing is valued. */
const REST_MS = 250

export function useValued(): Valuing {
  const { rows, run } = useWorkbench()
  const shop = useLibrary((state) => state.shop)
  const ready = useLibrary((state) => state.ranking.is === 'ready')
  const sampled = useRun((state) => state.run.rollouts)
  const settings = useRun((state) => state.settings)
  const key = valuingKey(settings)
  const [asked, setAsked] = useState(false)
  const [found, setFound] = useState<{ readonly valued?: Valued; readonly fault?: string }>({})
  const [at, setAt] = useState(0)
  const serves = asksServer(settings)
  const isReady = shop !== undefined && ready && (!serves || asked)
  useEffect(() => {
    if (!isReady || shop === undefined) return undefined
    let alive = true
    const timer = setTimeout(() => {
      valueOutputs(shop, rows, run.getState().settings, sampled).then(
        (valued) => { if (alive) setFound({ valued }) },
        (error: unknown) => { if (alive) setFound({ fault: sentenceOf(error) }) },
      )
    }, REST_MS)
    return () => {
      alive = false
      clearTimeout(timer)
    }
  }, [isReady, shop, rows, run, sampled, key])
  const { valued, fault } = found
  const all = valued?.outputs.length ?? 0
  return {
    valued, fault, waits: shop === undefined || !ready ? 'data' : serves && !asked ? 'server' : 'ranking',
    at: all === 0 ? 0 : Math.min(at, all - 1), show: (place) => setAt(all === 0 ? 0 : (place + all) % all), value: () => setAsked(true),
  }
}
