// A server that ranks: the header that says who asks, held in memory only, and a request to try it with.
import { useEffect, useId, useRef, useState } from 'react'
import { originOf } from '../../state/data/ranker.ts'
import type { ServerCounts } from '../../state/data/recommending.ts'
import { count } from '../parts/format.ts'
import { useLibrary, useRun, useWorkbench } from '../parts/stores.ts'

const SHOWN = 5

function Header() {
  const { library } = useWorkbench()
  const origin = useRun((state) => originOf(state.settings.httpUrl))
  const id = useId()
  const [name, setName] = useState('Authorization')
  const [value, setValue] = useState('')
  // the origin that it is held for
  const [held, setHeld] = useState<string>()
  const apply = (): void => {
    const given = name.trim() !== '' && value !== ''
    library.ranker.equip({ authorisation: given ? { name: name.trim(), value, origin } : undefined })
    setHeld(given ? origin : undefined)
  }
  return (
    <form
      className="server-header" onSubmit={(event) => {
        event.preventDefault()
        apply()
      }}
    >
      <label htmlFor={`${id}-name`}>Authentication header</label>
      <input
        id={`${id}-name`} type="text" autoComplete="off" spellCheck={false} value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <input
        type="password" aria-label="Value of the header" autoComplete="off" placeholder="ApiKey … or Bearer …" value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <button type="submit" className="button">{value === '' && held !== undefined ? 'Forget' : 'Hold'}</button>
      <span className="quiet">
        {held !== undefined && (held === origin ? `sent with every request to ${held}; ` : `held for ${held}, not sent to ${origin}; `)}
        kept in memory only: no address, record or file holds it
      </span>
    </form>
  )
}

function Counts() {
  const counts = useLibrary((state) => state.shop?.opened.counts)
  const [asked, setAsked] = useState<ServerCounts>()
  useEffect(() => {
    if (counts === undefined) return
    const look = (): void => void counts().then(setAsked, () => undefined)
    look()
    const timer = setInterval(look, 1000)
    return () => clearInterval(timer)
  }, [counts])
  if (asked === undefined || counts === undefined) return null
  return (
    <p className="quiet">
      {count(asked.requests)} requests, {count(asked.retries)} repeated,{' '}
      <span className={asked.failed > 0 ? 'fault' : ''}>{count(asked.failed)} queries without a ranking</span>;
      {' '}{count(asked.unknownIds)} of {count(asked.ids)} ids are not in the catalogue
    </p>
  )
}

type Answer = { readonly query: string }
  & ({ readonly fault: string } | { readonly ids: readonly string[]; readonly scores: readonly number[]; readonly ms: number })

function Test() {
  const { library } = useWorkbench()
  const [answer, setAnswer] = useState<Answer>()
  const [asking, setAsking] = useState(false)
  // another query each time: what was answered once is remembered, and would prove nothing
  const turn = useRef(0)
  const ask = async (): Promise<void> => {
    const { shop } = library.getState()
    if (shop === undefined) return
    const query = shop.dataset.queries[turn.current++ % Math.max(1, shop.dataset.queries.length)]?.text ?? 'lamp'
    setAsking(true)
    try {
      const began = performance.now()
      const [ranking] = await (await library.settled()).recommender.rank([query], SHOWN)
      const ms = performance.now() - began
      const { ids = [], scores = [], failed } = ranking ?? {}
      setAnswer(failed === undefined ? { query, ids, scores: Array.from(scores), ms } : { query, fault: failed })
    } catch (error) {
      setAnswer({ query, fault: error instanceof Error ? error.message : String(error) })
    } finally {
      setAsking(false)
    }
  }
  return (
    <div className="server-test">
      <button type="button" className="button" disabled={asking} onClick={() => void ask()}>{asking ? 'Asking …' : 'Send a test request'}</button>
      {answer !== undefined && (
        <div role="status" ref={(shown) => shown?.scrollIntoView({ block: 'nearest' })}>
          <p className="quiet">Asked for “{answer.query}”{'ms' in answer ? `, answered in ${Math.round(answer.ms)} ms` : ''}</p>
          {'fault' in answer ? <p className="fault">{answer.fault}</p> : (
            answer.ids.length === 0 ? <p>The server found nothing.</p> : (
              <ol className="server-hits">
                {answer.ids.map((id, at) => <li key={id}><code>{id}</code> <span className="quiet">{answer.scores[at]?.toPrecision(5)}</span></li>)}
              </ol>
            )
          )}
        </div>
      )}
    </div>
  )
}

export function Server() {
  return (
    <section className="memory" aria-label="Server">
      <h3>Server</h3>
      <Header />
      <Test />
      <Counts />
    </section>
  )
}
