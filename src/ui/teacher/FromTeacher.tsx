// A frozen model as the teacher: which one, how far it is with the training rows, and what of its answers counts.
import { useId } from 'react'
import { count, duration } from '../parts/format.ts'
import { useSources, useTeacher, useWorkbench } from '../parts/stores.ts'

function Work() {
  const { teacher } = useWorkbench()
  const writing = useTeacher((state) => state.writing)
  const look = useTeacher((state) => state.look)
  const status = useSources((state) => (writing === undefined ? undefined : state.models.get(writing.model)))
  if (writing === undefined) {
    const waiting = look?.is === 'shown' ? look.waiting : undefined
    return (
      <p className="teacher-work">
        <button type="button" className="button primary" disabled={waiting === 0} onClick={() => void teacher.write()}>
          {waiting === undefined || waiting === 0 ? 'Write answers' : `Write ${count(waiting)} ${waiting === 1 ? 'answer' : 'answers'}`}
        </button>
        <span className="quiet">{waiting === 0 ? 'Every row has its answer.' : 'Each is kept as it comes: writing can be paused, stopped and left.'}</span>
      </p>
    )
  }
  const { doing, done, of, secondsLeft, title, last } = writing
  const opening = status?.is === 'opening'
  return (
    <div className="teacher-work" role="group" aria-label="Writing answers">
      <p role="status">
        {opening ? `${title} is ${status.what === 'opening' ? 'opening' : `being fetched: ${status.what}`} …` : `${title}: ${count(done)} of ${count(of)} rows${doing === 'paused' ? ', paused' : ''}`}
        {secondsLeft !== undefined && doing === 'writing' && <span className="quiet"> · {duration(secondsLeft)} left</span>}
      </p>
      <progress value={of === 0 ? 0 : done / of} aria-label="Rows that have an answer" />
      <p>
        {doing === 'paused'
          ? <button type="button" className="button" onClick={teacher.goOn}>Go on</button>
          : <button type="button" className="button" disabled={doing === 'stopping'} onClick={teacher.pause}>Pause</button>}{' '}
        <button type="button" className="button" disabled={doing === 'stopping'} onClick={teacher.stop}>Stop</button>
      </p>
      {last !== undefined && <pre className="teacher-last" aria-label="The last answer">{last.output}</pre>}
    </div>
  )
}

export function FromTeacher() {
  const { sources, teacher } = useWorkbench()
  const id = useId()
  const list = useSources((state) => state.list)
  const models = list.filter(({ kind }) => kind === 'frozen')
  const chosen = useTeacher((state) => state.model)
  const strict = useTeacher((state) => state.strict)
  const busy = useTeacher((state) => state.writing !== undefined)
  return (
    <section className="teacher-details" aria-label="A frozen model as the teacher">
      {models.length === 0
        ? <p>No frozen model is here yet. It comes from the hub or from a folder, such as a policy that was exported as ONNX. <button type="button" className="plain" onClick={sources.show}>Bring one</button></p>
        : (
          <p className="teacher-model">
            <label htmlFor={id}>Model</label>
            <select id={id} disabled={busy} value={models.find((one) => one.id === chosen)?.id ?? models[0]!.id} onChange={(event) => teacher.choose({ model: event.currentTarget.value })}>
              {models.map((model) => <option key={model.id} value={model.id}>{model.title} — {model.note}</option>)}
            </select>
            <button type="button" className="plain" onClick={sources.show}>Bring another</button>
          </p>
        )}
      {models.length > 0 && <Work />}
      <p className="teacher-strict">
        <label><input type="checkbox" checked={strict} onChange={(event) => teacher.choose({ strict: event.currentTarget.checked })} /> Only answers that keep the format</label>
      </p>
      <p className="quiet">It reads the policy’s own prompts and answers greedily, up to maxNewTokens. Setting sftExamples says how many rows it is asked about, drawn by the seed. Answers stay in this browser, by model, task and data.</p>
    </section>
  )
}
