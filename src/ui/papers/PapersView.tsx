// What the papers show, by one button each: a list of experiments, and beside it the one that is looked at with its runs, tables and figures.
import { useEffect, useId } from 'react'
import { papersOf } from '../../state/papers/open.ts'
import { RunsNotice } from '../runs/RunsNotice.tsx'
import { useLibrary, useWorkbench } from '../parts/stores.ts'
import { ExperimentDetail } from './ExperimentDetail.tsx'
import { ExperimentList } from './ExperimentList.tsx'
import '../runs/runs.css'
import '../charts/charts.css'
import './papers.css'

export function PapersView() {
  const papers = papersOf(useWorkbench())
  const heading = useId()
  const loaded = useLibrary((state) => state.shop !== undefined)
  // settings, data and runs may have changed since it was left
  useEffect(() => { void papers.look() }, [papers])
  return (
    <div className="view papers">
      <section className="panel papers-list-panel" aria-labelledby={heading}>
        <h2 id={heading}>What the papers show</h2>
        <p className="quiet">Each experiment stands on the data, policy and settings of Train. Runs kept with the same settings, data and versions count.</p>
        {loaded ? <ExperimentList papers={papers} /> : <p className="waiting">reading the data …</p>}
      </section>
      <section className="panel runs papers-panel" aria-label="Experiment">
        <RunsNotice />
        <ExperimentDetail papers={papers} />
      </section>
    </div>
  )
}
