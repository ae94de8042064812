// One experiment: what it shows and how, what is chosen, its button, its runs, and what came of them.
import { useStore } from 'zustand'
import type { Experiment } from '../../domain/papers/experiment.ts'
import { experimentNamed } from '../../domain/papers/experiments.ts'
import type { Papers, PapersJob, Standing } from '../../state/papers/papersState.ts'
import { count, duration } from '../parts/format.ts'
import { useLibrary, useRun, useSources, useWorkbench } from '../parts/stores.ts'
import { Choosing } from './Choosing.tsx'
import { PlannedRuns } from './PlannedRuns.tsx'
import { ReportView } from './ReportView.tsx'
import { lengthSaid } from './words.ts'

function Under({ job, papers }: { readonly job: PapersJob; readonly papers: Papers }) {
  const { phase, doing, done, of, left, unknown } = job
  const after = left === undefined ? 'time left not known yet' : `about ${duration(left)} left${unknown > 0 ? `, and ${count(unknown)} ${unknown === 1 ? 'stage' : 'stages'} of unknown length` : ''}`
  const said = phase === 'stopping' ? 'stopping at the end of the step' : phase === 'paused' ? `${doing} is paused; go on with it in Train` : `${doing} · ${after}`
  return (
    <div className="papers-job">
      <progress max={Math.max(1, of)} value={done} aria-label="Runs done" />
      <p role="status">{done === of ? doing : <>Run {count(done + 1)} of {count(of)}: {said}</>}</p>
      <button type="button" className="button" disabled={phase === 'stopping'} onClick={papers.stop}>Stop</button>
    </div>
  )
}

/** The one button, or what stands in its way. */
function Begin({ experiment, standing, papers }: { readonly experiment: Experiment; readonly standing: Standing; readonly papers: Papers }) {
  const job = useStore(papers, (state) => state.job)
  const left = useStore(papers, (state) => state.left)
  const derived = useStore(papers, (state) => state.derived)
  const files = useSources((state) => state.list.filter(({ kind }) => kind !== 'frozen').length)
  const { sources } = useWorkbench()
  const able = useRun((state) => state.engine.is !== 'absent')
  const training = useRun((state) => state.phase !== 'idle' && state.phase !== 'finished' && state.phase !== 'failed' && state.phase !== 'interrupted' && state.phase !== 'paused')
  if (job?.experiment === experiment.name) return <Under job={job} papers={papers} />
  if (standing.fault !== undefined) return <p className="notice">{standing.fault}.</p>
  const { plan, done } = standing
  const missing = plan.length - done
  const begun = left?.experiment === experiment.name
  const beside = derived ? undefined : besideOf(experiment, files)
  const what = missing > 0 ? `${begun ? 'Go on with' : 'Run'} ${missing === plan.length ? 'all' : 'what is missing:'} ${count(missing)} ${missing === 1 ? 'run' : 'runs'}` : beside
  const isStored = experiment.wants?.includes('stored') === true
  if (what === undefined && !begun && !isStored) return null
  return (
    <p className="runs-bar">
      {what !== undefined && <button type="button" className="button primary" disabled={!able || job !== undefined || training} onClick={() => void papers.go()}>{what}</button>}
      {missing > 0 && <span className="quiet">{lengthSaid(standing)}</span>}
      {job !== undefined && <span className="quiet">another experiment is under way</span>}
      {job === undefined && training && <span className="quiet">a run is under way; pause or stop it first</span>}
      {begun && <><span className="quiet">It was left before its end.</span><button type="button" className="plain" onClick={papers.giveUp}>Leave it, and take my settings back</button></>}
      {isStored && <button type="button" className="plain" onClick={sources.show}>Add stored outputs or rankings of another system …</button>}
    </p>
  )
}

/** What is still to be made beside the runs, as the button says it; undefined where there is nothing. `files`: stored answers that were added. */
function besideOf({ wants = [] }: Experiment, files: number): string | undefined {
  if (wants.includes('probes')) return 'Ask the probes'
  if (wants.includes('baselines')) return 'Make the baselines'
  return wants.includes('stored') && files > 0 ? `Rank ${count(files)} stored ${files === 1 ? 'system' : 'systems'}` : undefined
}

export function ExperimentDetail({ papers }: { readonly papers: Papers }) {
  const chosen = useStore(papers, (state) => state.chosen)
  const standing = useStore(papers, (state) => state.standings.get(chosen))
  const report = useStore(papers, (state) => state.report)
  const reporting = useStore(papers, (state) => state.reporting)
  const failure = useStore(papers, (state) => state.failure)
  const doing = useStore(papers, (state) => (state.job?.experiment === state.chosen ? state.job.doing : undefined))
  const data = useLibrary((state) => state.shop?.dataset.name)
  const experiment = experimentNamed(chosen)
  return (
    <article className="papers-detail" aria-labelledby="papers-title">
      <header>
        <h2 id="papers-title">{experiment.title}</h2>
        <p className="quiet">{experiment.from}{data !== undefined && <> · on {data}</>}</p>
      </header>
      <p>{experiment.shows} <span className="quiet">{experiment.how}</span></p>
      <Choosing papers={papers} heeds={experiment.heeds} />
      {failure !== undefined && <p className="notice bad" role="alert">{failure}</p>}
      {standing !== undefined && <Begin experiment={experiment} standing={standing} papers={papers} />}
      {standing !== undefined && standing.plan.length > 0 && <PlannedRuns plan={standing.plan} open={report === undefined} doing={doing} />}
      {reporting && report === undefined && <p className="waiting" role="status">reading the runs, and comparing them row by row …</p>}
      {report !== undefined && report.experiment === chosen && <ReportView report={report} />}
    </article>
  )
}
