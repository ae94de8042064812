// The open dataset in figures; its name leads to the others, and its report to all that was understood of its files.
import { lazy, Suspense, useState } from 'react'
import { besidesOf } from '../../state/data/besides.ts'
import type { IngestReport } from '../../state/data/library.ts'
import { count, percent } from '../parts/format.ts'
import { LabelsBar } from '../parts/LabelsBar.tsx'
import { Sheet } from '../parts/Sheet.tsx'
import { useLibrary, useWorkbench } from '../parts/stores.ts'

const Datasets = lazy(async () => ({ default: (await import('./Datasets.tsx')).Datasets }))
const Understood = lazy(async () => ({ default: (await import('../add/Understood.tsx')).Understood }))

/** The few things that change what results mean; the report has them all. */
function remarksOf(report: IngestReport): readonly string[] {
  const apart = report.judgements - report.joined
  return [
    apart > 0 ? `${count(apart)} ${apart === 1 ? 'judgement' : 'judgements'} without a product` : '',
    report.untitled > 0 ? `${count(report.untitled)} ${report.untitled === 1 ? 'product' : 'products'} without any text` : '',
    report.rejectedCount > 0 ? `${count(report.rejectedCount)} ${report.rejectedCount === 1 ? 'row' : 'rows'} refused` : '',
  ].filter((remark) => remark !== '')
}

function splitsOf({ trainQueries, validationQueries = 0, testQueries }: IngestReport): string {
  return [['train', trainQueries], ['validation', validationQueries], ['test', testQueries]].filter(([name, n]) => n !== 0 || name !== 'validation')
    .map(([name, n]) => `${count(Number(n))} ${name}`).join(' · ')
}

export function DatasetCard() {
  const { library } = useWorkbench()
  const shop = useLibrary((state) => state.shop)
  const stored = useLibrary((state) => state.stored.length)
  const [sheet, setSheet] = useState<'datasets' | 'report'>()
  const besides = shop === undefined ? undefined : besidesOf(shop.report)
  const close = (): void => setSheet(undefined)
  return (
    <div className="card shop">
      <div className="card-head">
        <h3 title={shop?.dataset.name}>{shop?.dataset.name ?? 'No data set is open'}</h3>
        <button type="button" className="plain" aria-haspopup="dialog" onClick={() => setSheet('datasets')}>
          {stored > 1 ? `${count(stored)} data sets` : 'Data sets'}
        </button>
      </div>
      {shop !== undefined && (
        <>
          <dl className="figures">
            <div><dt>Products</dt><dd>{count(shop.report.products)}</dd></div>
            {(shop.report.queries > 0 || shop.report.users === 0) && (
              <div><dt>Queries</dt><dd>{count(shop.report.queries)} <small>{splitsOf(shop.report)}</small></dd></div>
            )}
            {shop.report.judgements > 0 && (
              <div>
                <dt>Judgements</dt>
                <dd>{count(shop.report.judgements)} <small>{percent(shop.report.joined / shop.report.judgements)} joined</small></dd>
              </div>
            )}
            {shop.report.users > 0 && (
              <div><dt>Histories</dt><dd>{count(shop.report.users)} <small>{count(shop.report.interactions)} interactions</small></dd></div>
            )}
          </dl>
          {shop.report.judgements > 0 && <LabelsBar labels={shop.report.labels} />}
          {besides !== undefined && <p className="besides" title={besides}>{besides}</p>}
          <p className="card-foot">
            <span className="warns">{remarksOf(shop.report).join(', ')}</span>
            <button type="button" className="plain" aria-haspopup="dialog" onClick={() => setSheet('report')}>What was understood</button>
          </p>
        </>
      )}
      {sheet === 'datasets' && <Suspense><Datasets onClose={close} /></Suspense>}
      {sheet === 'report' && shop !== undefined && (
        <Sheet title={shop.dataset.name} onClose={close}>
          <Suspense><Understood report={shop.report} name={shop.dataset.name} rejections={() => library.rejections(shop.dataset.hash)} /></Suspense>
        </Sheet>
      )}
    </div>
  )
}
