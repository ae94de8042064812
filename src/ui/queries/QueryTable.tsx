// Every query of a split as a table: what each of two systems made of it, and which is better.
import { useEffect, useId } from 'react'
import { count, duration } from '../parts/format.ts'
import { useQueryTable, useRowWords, useWorkbench } from '../parts/stores.ts'
import { Choosing } from './Choosing.tsx'
import { Exports } from './Exports.tsx'
import { Filters } from './Filters.tsx'
import { Lacking } from './Lacking.tsx'
import { Note } from './Note.tsx'
import { Rows } from './Rows.tsx'
import { useQueryKeys } from './useQueryKeys.ts'
import { Verdict } from './Verdict.tsx'
import './queries.css'

function Job() {
  const { queries } = useWorkbench()
  const job = useQueryTable((state) => state.job)
  const failure = useQueryTable((state) => state.failure)
  if (job === undefined) return failure === undefined ? null : <p role="alert" className="notice bad">{failure}</p>
  return (
    <div className="queries-job">
      <p role="status">
        {job.what}: {count(job.done)} of {count(job.of)}{job.left !== undefined && job.left > 5 && `, ${duration(job.left)} left`}{' '}
        <button type="button" className="plain" onClick={queries.cancel}>Cancel</button>
      </p>
      <progress value={job.done} max={Math.max(1, job.of)} aria-label={job.what} />
    </div>
  )
}

export function QueryTable() {
  const { queries } = useWorkbench()
  const heading = useId()
  const { many } = useRowWords()
  useEffect(() => queries.watch(), [queries])
  useQueryKeys()
  return (
    <section className="queries" aria-labelledby={heading}>
      <h3 id={heading} className="visually-hidden">All {many}</h3>
      <Choosing />
      <Lacking />
      <Job />
      <Verdict />
      <Filters />
      <Rows />
      <div className="queries-foot"><Note /><Exports /></div>
    </section>
  )
}
