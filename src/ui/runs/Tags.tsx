// A run's tags: each can be taken off, new ones are typed, and those of other runs are offered.
import { useId, useMemo, useState } from 'react'
import type { RunRecord } from '../../state/runs/runs.ts'
import { useRuns, useWorkbench } from '../parts/stores.ts'

export function Tags({ run }: { readonly run: RunRecord }) {
  const { runs } = useWorkbench()
  const records = useRuns((state) => state.records)
  const known = useMemo(() => [...new Set(records.flatMap(({ tags }) => tags))].toSorted(), [records])
  const [text, setText] = useState('')
  const list = useId()
  const add = (): void => {
    if (text.trim() === '') return
    void runs.tag(run.id, text.split(','))
    setText('')
  }
  return (
    <form className="run-tags" onSubmit={(event) => { event.preventDefault(); add() }}>
      {run.tags.map((tag) => (
        <span key={tag} className="run-tag">
          {tag} <button type="button" aria-label={`Take tag ${tag} off`} onClick={() => void runs.tag(run.id, [], [tag])}>×</button>
        </span>
      ))}
      <input type="text" list={list} value={text} aria-label="Add a tag" placeholder="add a tag" maxLength={60} onChange={(event) => setText(event.currentTarget.value)} onBlur={add} />
      <datalist id={list}>{known.filter((tag) => !run.tags.includes(tag)).map((tag) => <option key={tag} value={tag} />)}</datalist>
    </form>
  )
}
