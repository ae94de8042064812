// The note on the chosen query: kept from its first letter on.
import { useId } from 'react'
import { useQueryTable, useWorkbench } from '../parts/stores.ts'

export function Note() {
  const { queries } = useWorkbench()
  const id = useId()
  const selected = useQueryTable((state) => state.selected)
  const text = useQueryTable((state) => state.table.rows.find((row) => row.id === state.selected)?.text)
  const note = useQueryTable((state) => state.notes.get(state.selected ?? '') ?? '')
  if (selected === undefined || text === undefined) return <span />
  return (
    <div className="queries-note">
      <label htmlFor={id} title={text}>Note on “{text}”</label>
      <textarea
        key={selected} id={id} rows={1} data-queries="note" aria-keyshortcuts="n" placeholder="What you see here; kept with the run" value={note}
        onChange={(event) => queries.note(selected, event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.preventDefault()
          document.querySelector<HTMLElement>('[data-queries=grid]')?.focus()
        }}
      />
    </div>
  )
}
