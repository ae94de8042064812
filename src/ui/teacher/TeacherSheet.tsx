// The sheet "What is imitated": where the texts of supervised training come from, and what they are before it begins.
import { useId, type ReactNode } from 'react'
import type { Settings } from '../../domain/settings.ts'
import { isUnderWay } from '../../state/run/run.ts'
import { Sheet } from '../parts/Sheet.tsx'
import { useRun, useTeacher, useWorkbench } from '../parts/stores.ts'
import { FromFile } from './FromFile.tsx'
import { FromTeacher } from './FromTeacher.tsx'
import { Imitated } from './Imitated.tsx'
import './teacher.css'

type From = Settings['sftFrom']

const SOURCES: readonly { readonly from: From; readonly title: string; readonly why: string }[] = [
  { from: 'copy', title: 'Copies', why: 'What stands where no policy is asked: the query unchanged, a history’s titles. Teaches the format and nothing else.' },
  { from: 'labels', title: 'Labels', why: 'Answers made of what is known to be right. Not every task can make one.' },
  { from: 'file', title: 'A file of texts', why: 'Another system’s outputs: Rec-R1’s SFT Parquet, chats, prompts with completions, queries with outputs.' },
  { from: 'teacher', title: 'A frozen model', why: 'An ONNX model writes answers to the training rows here, in this tab.' },
  { from: 'rejection', title: 'Its own best', why: 'Before the stage the policy’s outputs are drawn and ranked; those that were rewarded are imitated.' },
]

const DETAILS: Readonly<Partial<Record<From, () => ReactNode>>> = { file: FromFile, teacher: FromTeacher }

/** Where texts come from; what a run holds fast cannot be chosen while it is under way. */
function Choose() {
  const { run } = useWorkbench()
  const id = useId()
  const from = useRun((state) => state.settings.sftFrom)
  const locked = useRun((state) => isUnderWay(state.phase))
  return (
    <fieldset className="teacher-sources" disabled={locked}>
      <legend className="visually-hidden">Where the texts come from</legend>
      {SOURCES.map(({ from: one, title, why }) => (
        <label key={one} className={one === from ? 'chosen' : ''}>
          <input type="radio" name={id} checked={one === from} onChange={() => run.change('sftFrom', one)} />
          <span><strong>{title}</strong> <span className="quiet">{why}</span></span>
        </label>
      ))}
      {locked && <p className="quiet">A run is under way: it imitates what it began with.</p>}
    </fieldset>
  )
}

function NoStage() {
  const { run } = useWorkbench()
  const stages = useRun((state) => state.settings.stages)
  const locked = useRun((state) => isUnderWay(state.phase))
  if (stages.includes('sft')) return null
  return (
    <p className="notice warn">
      The run has no stage of imitation (stages is {stages}).{' '}
      <button type="button" className="plain" disabled={locked} onClick={() => run.change('stages', 'sft,grpo')}>Imitate first, then learn from the reward</button>
    </p>
  )
}

export function TeacherSheet() {
  const { teacher } = useWorkbench()
  const from = useRun((state) => state.settings.sftFrom)
  const failure = useTeacher((state) => state.failure)
  const Details = DETAILS[from]
  return (
    <Sheet title="What is imitated" onClose={teacher.close} className="teacher-sheet">
      {failure !== undefined && <p role="alert" className="notice bad">{failure}</p>}
      <NoStage />
      <div className="teacher-ways">
        <div>
          <Choose />
          {Details !== undefined && <Details />}
        </div>
        <Imitated />
      </div>
    </Sheet>
  )
}
