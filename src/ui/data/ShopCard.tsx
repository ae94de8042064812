// The loaded shop in figures: products, queries, judgements by label, and what did not join.
import type { IngestReport } from '../../state/library.ts'
import { Label, LABELS } from '../parts/Label.tsx'
import { count, percent } from '../parts/format.ts'
import { useLibrary } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'

const SCORING = 'The black box of the experiment. Its own score: BM25+ by field, times the number of matched query words. '
  + 'The query is a bag of words: Boolean words and punctuation carry no weight.'

function Labels({ labels }: { readonly labels: IngestReport['labels'] }) {
  const total = LABELS.reduce((sum, label) => sum + labels[label], 0)
  return (
    <div className="labels">
      <div className="labels-bar" aria-hidden="true">
        {LABELS.map((label) => <span key={label} className={`label-${label}`} style={{ flexGrow: total === 0 ? 1 : labels[label] }} />)}
      </div>
      <ul className="labels-counts" aria-label="Judgements by label">
        {LABELS.map((label) => <li key={label}><Label label={label} /> {count(labels[label])}</li>)}
      </ul>
    </div>
  )
}

function Remarks({ report }: { readonly report: IngestReport }) {
  const apart = report.judgements - report.joined
  const remarks = [
    apart > 0 ? `${count(apart)} judgements name products that are not in the catalogue` : '',
    report.duplicates > 0 ? `${count(report.duplicates)} duplicate rows` : '',
    report.untitled > 0 ? `${count(report.untitled)} products without any text` : '',
  ].filter((remark) => remark !== '')
  if (remarks.length === 0) return null
  return <ul className="remarks">{remarks.map((remark) => <li key={remark}>{remark}</li>)}</ul>
}

export function ShopCard() {
  const shop = useLibrary((state) => state.shop)
  if (shop === undefined) return null
  const { dataset, report, recommender } = shop
  return (
    <div className="card shop">
      <h3 title={dataset.name}>{dataset.name}</h3>
      <dl className="figures">
        <div><dt>Products</dt><dd>{count(report.products)}</dd></div>
        <div>
          <dt>Queries</dt>
          <dd>{count(report.queries)} <small>{count(report.trainQueries)} train · {count(report.testQueries)} test</small></dd>
        </div>
        <div>
          <dt>Judgements</dt>
          <dd>{count(report.judgements)} <small>{percent(report.judgements === 0 ? undefined : report.joined / report.judgements)} joined</small></dd>
        </div>
      </dl>
      <Labels labels={report.labels} />
      <Remarks report={report} />
      <p className="quiet">
        Ranked by{' '}
        <Term explain={SCORING}>{recommender.name}</Term>
        {' '}· read in {report.seconds.toFixed(1)} s
      </p>
    </div>
  )
}
