// What leaves the table as files: its rows, the rankings behind them, and the judgements.
import { Menu, MenuButton, MenuItem, MenuProvider, MenuSeparator } from '@ariakit/react/menu'
import { useState } from 'react'
import { qrelsFile, tableCsv, tableJsonl, type TableExport } from '../../state/queries/exports.ts'
import { fileName } from '../../domain/fileName.ts'
import { saveBlob } from '../parts/save.ts'
import { useQueryTable, useWorkbench } from '../parts/stores.ts'

export function Exports() {
  const workbench = useWorkbench()
  const { queries, library } = workbench
  const [failure, setFailure] = useState<string>()
  const systems = useQueryTable((state) => state.systems)
  const { a, b } = useQueryTable((state) => state)
  const answered = useQueryTable((state) => state.table.answered)
  const busy = useQueryTable((state) => state.job !== undefined)
  const titleOf = (id: string): string => {
    const system = systems.find((one) => one.id === id)
    return system === undefined ? id : `${system.title}${system.terms?.recommender === undefined ? '' : `, ranked by ${system.terms.recommender}`}`
  }

  const attempt = async (work: () => void | Promise<void>): Promise<void> => {
    setFailure(undefined)
    try {
      await work()
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    }
  }
  const save = (ending: string, type: string, content: string): void => {
    const { split } = queries.getState()
    saveBlob(`${fileName(library.getState().shop?.dataset.name ?? '', 'queries')}-${split}-${ending}`, new Blob([content], { type }))
  }
  const table = (): TableExport => ({ ...queries.getState(), a: titleOf(a), b: titleOf(b) })
  const judgements = (): void => {
    const { shop } = library.getState()
    const { table: { rows }, split } = queries.getState()
    if (shop === undefined) return
    if (rows.length === 0) throw new Error(`there are no ${split} queries, so no judgements of them`)
    const wanted = new Set(rows.map(({ id }) => id))
    save('qrels.txt', 'text/plain', qrelsFile(workbench.rows.getState().rows.filter(({ id }) => wanted.has(id)), workbench.run.getState().settings.gains))
  }

  return (
    <div className="queries-exports">
      <MenuProvider placement="top-start">
        <MenuButton className="button small">Save <span aria-hidden="true">▴</span></MenuButton>
        <Menu className="menu" gutter={4} unmountOnHide portal overflowPadding={8}>
          <MenuItem className="menu-item" onClick={() => void attempt(() => save('queries.csv', 'text/csv', tableCsv(table())))}><span>The table as it is shown</span><small>CSV</small></MenuItem>
          <MenuItem className="menu-item" onClick={() => void attempt(() => save('queries.jsonl', 'application/x-ndjson', tableJsonl(table())))}><span>The same with whole outputs</span><small>JSONL</small></MenuItem>
          <MenuSeparator className="menu-line" />
          {(['a', 'b'] as const).map((side) => (
            <MenuItem key={side} className="menu-item" disabled={answered[side] === 0 || busy} onClick={() => void queries.saveRun(side, (name, blob) => saveBlob(name, blob))}>
              <span>Rankings of {side.toUpperCase()}</span><small>TREC run</small>
            </MenuItem>
          ))}
          <MenuItem className="menu-item" onClick={() => void attempt(judgements)}><span>Judgements</span><small>TREC qrels</small></MenuItem>
        </Menu>
      </MenuProvider>
      {failure !== undefined && <p role="alert" className="fault">{failure}</p>}
    </div>
  )
}
