// Whether B is better than A: means, their difference with its interval and p, and wins, ties and losses as one bar, over all and by domain.
import type { Compared } from '../../client/compare.ts'
import type { Outcome } from '../../state/queryRows.ts'
import { count, pValue, score, signed } from '../parts/format.ts'
import { useQueryTable, useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import { METRIC_WORDS, OUTCOMES } from './words.ts'

export function OutcomeBar({ win, tie, loss }: Readonly<Record<Outcome, number>>) {
  const all = win + tie + loss
  const words = `${count(win)} better, ${count(tie)} the same, ${count(loss)} worse`
  return (
    <span className="outcome-bar" role="img" aria-label={words} title={words}>
      {([['win', win], ['tie', tie], ['loss', loss]] as const).map(([name, value]) => (
        value > 0 && <span key={name} className={`outcome-${name}`} style={{ flexGrow: value }}>{value / all > 0.1 ? `${OUTCOMES[name].mark}\u00a0${count(value)}` : ''}</span>
      ))}
    </span>
  )
}

type DomainMeans = Compared['domains'][number]

function Domains({ domains }: { readonly domains: readonly DomainMeans[] }) {
  const { queries } = useWorkbench()
  if (domains.length < 2) return null
  return (
    <details className="queries-domains">
      <summary>{count(domains.length)} domains</summary>
      <table>
        <thead><tr><th scope="col">Domain</th><th scope="col" className="number">Queries</th><th scope="col" className="number">A</th><th scope="col" className="number">B</th><th scope="col" className="number">B − A</th><th scope="col">Better, same, worse</th></tr></thead>
        <tbody>
          {domains.map(({ domain, queries: size, before, after, delta, wins: win, ties: tie, losses: loss }) => (
            <tr key={domain}>
              <th scope="row"><button type="button" className="plain" onClick={() => queries.show({ domain })}>{domain}</button></th>
              <td className="number">{count(size)}</td><td className="number">{score(before)}</td><td className="number">{score(after)}</td><td className="number">{signed(delta)}</td>
              <td><OutcomeBar win={win} tie={tie} loss={loss} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

export function Verdict() {
  const compared = useQueryTable((state) => state.compared)
  const outcomes = useQueryTable((state) => state.outcomes)
  const metric = useQueryTable((state) => state.metric)
  const rows = useQueryTable((state) => state.table.rows.length)
  const paired = outcomes.win + outcomes.tie + outcomes.loss
  if (rows === 0) return null
  if (paired === 0) return <p className="queries-verdict quiet">{count(rows)} queries; nothing to compare yet. Train, or choose two systems that answered the same queries.</p>
  return (
    <div className="queries-verdict">
      <p className="verdict-means">
        <span>{METRIC_WORDS[metric]}</span> <strong>{score(compared?.before)}</strong> → <strong>{score(compared?.after)}</strong>
        {compared !== undefined && (
          <>
            {' '}<strong className={compared.low > 0 ? 'better' : compared.high < 0 ? 'worse' : 'level'}>{signed(compared.delta)}</strong>{' '}
            <Term about="interval">[{signed(compared.low)}, {signed(compared.high)}]</Term>{' '}
            <Term about="p">p {compared.p < 0.001 ? pValue(compared.p) : `= ${pValue(compared.p)}`}</Term>
          </>
        )}
        <small> {count(paired)} queries{outcomes.unknown > 0 && `, ${count(outcomes.unknown)} without both values`}</small>
      </p>
      <OutcomeBar win={outcomes.win} tie={outcomes.tie} loss={outcomes.loss} />
      <Domains domains={compared?.domains ?? []} />
    </div>
  )
}
