// What the policy learns: every task, what the open data has for it, and where its prompt comes from.
import { useId } from 'react'
import { isUnderWay } from '../../state/run/run.ts'
import { samplePreset, taskOffers, type TaskOffer } from '../../state/run/taskChoice.ts'
import { TASK_TERMS } from '../../domain/tasks/terms.ts'
import { Sheet } from '../parts/Sheet.tsx'
import { Term } from '../parts/Term.tsx'
import { useLibrary, useRun, useWorkbench } from '../parts/stores.ts'
import './tasks.css'

interface OfferProps {
  readonly offer: TaskOffer
  readonly chosen: boolean
  readonly locked: boolean
  /** what choosing it brings besides */
  readonly brings: string | undefined
}

function Offer({ offer: { spec, over, lacks }, chosen, locked, brings }: OfferProps) {
  const { takeTask } = useWorkbench()
  const id = useId()
  return (
    <li className={`task-offer ${chosen ? 'chosen' : ''} ${lacks === undefined ? '' : 'lacking'}`}>
      <label>
        <input type="radio" name="task" checked={chosen} disabled={locked || lacks !== undefined} aria-describedby={id} onChange={() => takeTask(spec.name)} />
        <strong>{spec.title}</strong> <code>{spec.name}</code>
      </label>
      <span className="task-over quiet">{over}</span>
      <div id={id}>
        <p>{spec.explanation}</p>
        {lacks !== undefined && <p className="warns">{lacks}</p>}
        {brings !== undefined && <p className="quiet">Brings preset <code>{brings}</code>.</p>}
        <details><summary className="quiet">Prompt version {spec.version}, and where it comes from</summary><p className="quiet">{spec.source}</p></details>
      </div>
    </li>
  )
}

export function TaskSheet({ onClose }: { readonly onClose: () => void }) {
  const { library } = useWorkbench()
  const dataset = useLibrary((state) => state.shop?.dataset)
  const task = useRun((state) => state.settings.task)
  const locked = useRun((state) => isUnderWay(state.phase))
  const onSample = dataset === undefined || library.isSample(dataset.hash)
  return (
    <Sheet title="Task" onClose={onClose} className="task-sheet" footer={<button type="button" className="button primary" onClick={onClose}>Done</button>}>
      {locked ? <p className="notice">A run is under way, and its task stays what it is. Reset the run to change it.</p> : (
        <p className="quiet">
          What the policy reads and writes, and what is then ranked and measured; closed-set tasks choose from <Term about="task-candidates" entry={TASK_TERMS.candidates}>candidates</Term>. {onSample
            ? 'On the embedded shop a task comes with its preset.' : 'Only the task changes, and an embedded policy for the one that was made for it.'}
        </p>
      )}
      <div role="radiogroup" aria-label="Task">
        <ul className="task-offers">
          {taskOffers(dataset).map((offer) => (
            <Offer key={offer.spec.name} offer={offer} chosen={offer.spec.name === task} locked={locked} brings={onSample ? samplePreset(offer.spec.name) : undefined} />
          ))}
        </ul>
      </div>
    </Sheet>
  )
}
