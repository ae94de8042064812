// The inspector's comparison of now, saved as one HTML file.
import { fileName } from '../../domain/fileName.ts'
import { titleOf } from '../../state/inspect/columnTitles.ts'
import { captionOf } from '../../state/figure/caption.ts'
import { buildFigure, productsOfFigure } from '../../state/figure/figure.ts'
import { figureHtml } from '../../state/figure/figureHtml.ts'
import type { Workbench } from '../../state/workbench.ts'
import { saveBlob } from '../parts/save.ts'
import { comparedText } from '../../state/tasks/words.ts'
import { wordDiff } from '../parts/wordDiff.ts'

/** Titles that the page has not shown yet are looked up first, for this long at most. */
const LOOKED_UP_MS = 3000

async function known({ products }: Workbench, ids: readonly string[]): Promise<ReturnType<Workbench['products']['getState']>['found']> {
  products.want(ids)
  const lacking = (): boolean => ids.some((id) => !products.getState().found.has(id))
  if (lacking()) {
    await new Promise<void>((resolve) => {
      const end = setTimeout(resolve, LOOKED_UP_MS)
      const stop = products.subscribe(() => {
        if (lacking()) return
        clearTimeout(end)
        stop()
        resolve()
      })
      setTimeout(stop, LOOKED_UP_MS)
    })
  }
  return products.getState().found
}

/** A figure shows answers: columns that are still being written are waited for. */
async function answered({ view }: Workbench): Promise<void> {
  if (!view.getState().inspecting) return
  await new Promise<void>((resolve) => {
    const stop = view.subscribe(({ inspecting }) => {
      if (inspecting) return
      stop()
      resolve()
    })
  })
}

/** Saves what is compared, once every column has its answer. */
export async function saveFigure(workbench: Workbench): Promise<void> {
  const { view, sources, runs, library, run, rows } = workbench
  await answered(workbench)
  const { inspection, columns, k, listed } = view.getState()
  const { shop } = library.getState()
  if (inspection === undefined || shop === undefined) throw new Error('nothing is compared yet; pick a query first')
  const answerers = { sources: sources.getState().list, records: runs.getState().records, task: rows.getState().spec }
  const html = figureHtml(buildFigure({
    inspection, k, listed, diff: wordDiff, base: comparedText(inspection.task, inspection.query), products: await known(workbench, productsOfFigure(inspection, listed)),
    columns: columns.map((id) => ({ id, ...titleOf(id, answerers, inspection.columns[id]) })),
    caption: captionOf({ shop, run: run.getState(), columns, records: answerers.records, now: new Date() }),
  }))
  saveBlob(`figure-${fileName(inspection.query, 'query')}.html`, new Blob([html], { type: 'text/html' }))
}
