// The sheet that files come in by: what they were recognised as, which rows are wanted, how the read goes, what was understood.
import { useId, useState, type ReactNode } from 'react'
import { onlyResults, readFault } from '../../state/data/adding.ts'
import { filterApplies } from '../../state/data/files.ts'
import { nameOf } from '../../state/data/given.ts'
import { count } from '../parts/format.ts'
import { Sheet } from '../parts/Sheet.tsx'
import { useAdding, useWorkbench } from '../parts/stores.ts'
import { Choose } from './Choose.tsx'
import { Files } from './Files.tsx'
import { Filter } from './Filter.tsx'
import { Progress } from './Progress.tsx'
import { Results } from './Results.tsx'
import { Understood } from './Understood.tsx'

const STEPS = ['Files', 'Reading', 'Understood'] as const

function Steps({ at }: { readonly at: number }) {
  return (
    <ol className="steps" aria-label="Steps">
      {STEPS.map((name, step) => <li key={name} aria-current={step === at ? 'step' : undefined}>{name}</li>)}
    </ol>
  )
}

function Name() {
  const { adding } = useWorkbench()
  const name = useAdding((state) => state.name)
  const files = useAdding((state) => state.files)
  const id = useId()
  return (
    <p className="mapped named">
      <label htmlFor={id}>Name of the data set</label>
      <input
        id={id} type="text" autoComplete="off" spellCheck={false} value={name} placeholder={nameOf(files)}
        onChange={(event) => adding.setName(event.currentTarget.value)}
      />
    </p>
  )
}

function Chosen() {
  const { adding } = useWorkbench()
  const recognised = useAdding((state) => state.recognised)
  const mappings = useAdding((state) => state.mappings)
  const filter = useAdding((state) => state.filter)
  return (
    <>
      <Choose />
      {recognised.length > 0 && <Files files={recognised} mappings={mappings} onMapping={adding.setMapping} onLeaveOut={adding.leaveOut} />}
      {filterApplies(recognised) && <Filter filter={filter} onChange={adding.setFilter} />}
      {recognised.length > 0 && !onlyResults(recognised) && <Name />}
    </>
  )
}

/** Where what was understood goes. A run under way keeps its data: the sentence stands beside the buttons. */
function Decide() {
  const { adding, useAdded } = useWorkbench()
  const known = useAdding((state) => state.understood?.known === true)
  const [fault, setFault] = useState<string>()
  return (
    <>
      {fault !== undefined && <p role="alert" className="fault">{fault}</p>}
      {known && <p className="quiet">These files were read before, in the same way: the stored data set is the same.</p>}
      {!known && <button type="button" className="button" onClick={() => void adding.discard()}>Discard</button>}
      <button type="button" className="button" onClick={adding.close}>Keep for later</button>
      <button type="button" className="button primary" onClick={() => setFault(useAdded())}>Use</button>
    </>
  )
}

function Read() {
  const { adding } = useWorkbench()
  const recognised = useAdding((state) => state.recognised)
  const mappings = useAdding((state) => state.mappings)
  const fault = readFault({ recognised, mappings })
  const what = recognised.length === 1 ? '1 file' : `${count(recognised.length)} files`
  return (
    <>
      {fault !== undefined && recognised.length > 0 && <p className="warns">{fault}</p>}
      <button type="button" className="button primary" disabled={fault !== undefined} onClick={() => void adding.read()}>
        {onlyResults(recognised) ? `Check ${what}` : recognised.length === 0 ? 'Read' : `Read ${what}`}
      </button>
    </>
  )
}

export function AddSheet() {
  const { adding } = useWorkbench()
  const onClose = adding.close
  const doing = useAdding((state) => state.doing)
  const understood = useAdding((state) => state.understood)
  const checks = useAdding((state) => state.checks)
  const failure = useAdding((state) => state.failure)
  let at = 0
  let body: ReactNode = <Chosen />
  let foot: ReactNode = <Read />
  if (doing?.phase === 'reading') {
    at = 1
    body = <Progress reading={doing} />
    foot = <button type="button" className="button" onClick={adding.cancel}>Cancel</button>
  } else if (understood !== undefined) {
    at = 2
    body = (
      <>
        {checks !== undefined && <Results checks={checks} />}
        <Understood report={understood.report} name={understood.name} rejections={adding.rejections} />
      </>
    )
    foot = <Decide />
  } else if (checks !== undefined) {
    at = 2
    body = <Results checks={checks} />
    foot = <button type="button" className="button primary" onClick={onClose}>Done</button>
  }
  return (
    <Sheet title={understood === undefined ? 'Add data' : understood.name} onClose={onClose} footer={foot} className="add" aside={<Steps at={at} />}>
      {failure !== undefined && <p role="alert" className="notice bad">{failure}</p>}
      {body}
    </Sheet>
  )
}
