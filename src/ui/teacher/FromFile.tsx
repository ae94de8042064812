// Files of texts: those that are kept, how each was read, and where more come in.
import { useId } from 'react'
import type { ImitationRecord } from '../../state/teacher/teacher.ts'
import { count, duration } from '../parts/format.ts'
import { useTeacher, useWorkbench } from '../parts/stores.ts'

type FileRecord = Extract<ImitationRecord, { kind: 'file' }>

function Counts({ report }: { readonly report: FileRecord['report'] }) {
  const { texts, answers, repeated, rejectedCount, rejected: [first], formats } = report
  const kinds = [...new Set(Object.values(formats))].join(', ')
  const what = [texts > 0 ? `${count(texts)} with their prompts` : '', answers > 0 ? `${count(answers)} answers to queries` : ''].filter((part) => part !== '').join(', ')
  return (
    <>
      <p className="quiet">{what} · {kinds}{repeated > 0 && ` · ${count(repeated)} given before, left out`}</p>
      {rejectedCount > 0 && (
        <p className="warns">{count(rejectedCount)} {rejectedCount === 1 ? 'row was' : 'rows were'} refused{first !== undefined && <>; the first: {first.file} row {count(first.row)}, {first.column}: {first.reason}</>}</p>
      )}
    </>
  )
}

export function FromFile() {
  const { teacher } = useWorkbench()
  const id = useId()
  const records = useTeacher((state) => state.records)
  const chosen = useTeacher((state) => state.file)
  const reading = useTeacher((state) => state.reading)
  const files = records.filter((record): record is FileRecord => record.kind === 'file')
  return (
    <section className="teacher-details" aria-label="Files of texts">
      {files.length > 0 && (
        <ul className="teacher-files">
          {files.map((record) => (
            <li key={record.id}>
              <label>
                <input type="radio" name={`${id}-file`} checked={record.id === chosen} onChange={() => teacher.choose({ file: record.id })} />
                <strong title={record.title}>{record.title}</strong>
              </label>
              <button type="button" className="plain" aria-label={`Remove ${record.title}`} onClick={() => void teacher.remove(record.id)}>Remove</button>
              <Counts report={record.report} />
            </li>
          ))}
        </ul>
      )}
      {reading === undefined ? (
        <p>
          <span className="drop-button">
            <input
              id={id} type="file" multiple className="visually-hidden"
              onChange={(event) => {
                void teacher.addFiles([...(event.currentTarget.files ?? [])])
                event.currentTarget.value = ''
              }}
            />
            <label htmlFor={id} className="button">Choose files</label>
          </span>{' '}
          <span className="quiet">or drop them anywhere on the page</span>
        </p>
      ) : (
        <p className="teacher-work" role="status">
          <span>Reading {reading.what}, {count(reading.rows)} rows{reading.secondsLeft === undefined ? '' : ` · ${duration(reading.secondsLeft)} left`}</span>
          <progress value={reading.share} aria-label={`Reading ${reading.what}`} />
          <button type="button" className="plain" onClick={teacher.cancelReading}>Cancel</button>
        </p>
      )}
      <details open={files.length === 0}>
        <summary className="quiet">What is read</summary>
        <dl className="teacher-formats">
          <div><dt><code>text</code></dt><dd>a whole chat in ChatML (Rec-R1’s SFT Parquet): its last answer is imitated</dd></div>
          <div><dt><code>messages</code></dt><dd>lists of messages with role and content; <code>conversations</code> of ShareGPT</dd></div>
          <div><dt><code>prompt</code></dt><dd>with <code>completion</code>, each a text or a list of messages</dd></div>
          <div><dt><code>query</code></dt><dd>with <code>output</code>: the task writes it as an answer to its own prompt</dd></div>
        </dl>
      </details>
    </section>
  )
}
