// What would be imitated: how many texts, how many keep the format, which rows they answer, what they are worth, and one of them as it stands.
import { useId, useState } from 'react'
import type { Lengths, Preview } from '../../state/teacher/teacher.ts'
import { count, percent, score } from '../parts/format.ts'
import { useRun, useTeacher, useWorkbench } from '../parts/stores.ts'

function Example({ texts }: { readonly texts: Preview['texts'] }) {
  const [at, setAt] = useState(0)
  const id = useId()
  const shown = texts[Math.min(at, texts.length - 1)]
  if (shown === undefined) return null
  const { prompt, completion, keeps, task, use } = shown
  const place = Math.min(at, texts.length - 1)
  return (
    <section className="teacher-example" aria-labelledby={id}>
      <header>
        <h4 id={id}>Text {count(place + 1)} of {count(texts.length)}</h4>
        {!keeps && <span className="warns">breaks the format</span>}
        {(use === 'test' || use === 'validation') && <span className="warns">answers a {use} row</span>}
        <span className="teacher-steps">
          <button type="button" className="button small" disabled={place === 0} onClick={() => setAt(place - 1)} aria-label="The text before">‹</button>
          <button type="button" className="button small" disabled={place === texts.length - 1} onClick={() => setAt(place + 1)} aria-label="The next text">›</button>
        </span>
      </header>
      {task !== undefined && <p className="quiet teacher-row" title={task.said}>{task.said}</p>}
      {/* what is long scrolls, and can be scrolled by keys */}
      <div className="teacher-text" tabIndex={0} role="group" aria-label="Prompt and completion">
        <span className="teacher-prompt">{prompt}</span><mark>{completion}</mark>
      </div>
      <p className="quiet">Marked is what is learnt; the rest is read.</p>
    </section>
  )
}

function Uses({ preview }: { readonly preview: Preview }) {
  const { uses, unmatched, cut, strange, texts } = preview
  const isFile = useRun((state) => state.settings.sftFrom === 'file')
  const fullText = useRun((state) => state.settings.sftFullText)
  return (
    <>
      {isFile && texts.length > 0 && (
        <p>
          {count(uses.training)} answer training rows of this data{uses.none > 0 && <>, {count(uses.none)} none of its rows{uses.none === texts.length && ': other prompts than this task’s, or other data'}</>}.
        </p>
      )}
      {uses.validation > 0 && <p>{count(uses.validation)} answer validation rows: they are held out for the loss.</p>}
      {uses.test > 0 && <p className="warns">{count(uses.test)} answer test rows: they are left out, or the test would be no test.</p>}
      {unmatched > 0 && <p className="warns">{count(unmatched)} {isFile ? 'answers name no row of this data' : 'rows have no label to answer with'}: left out.</p>}
      {cut > 0 && <p className="warns">{count(cut)} {cut === 1 ? 'answer was' : 'answers were'} cut at maxNewTokens and would teach no end: left out. Raise it and let the model write again.</p>}
      {strange > 0 && <p className="quiet">{count(strange)} break the format: left out.</p>}
      {fullText && <p className="quiet">sftFullText is on: prompts are learnt too, not only what is marked.</p>}
    </>
  )
}

function Fits({ lengths: { tooLong, positions, counted, beyond } }: { readonly lengths: Lengths }) {
  const most = useRun((state) => state.settings.maxNewTokens)
  return (
    <>
      {tooLong > 0 && <p className="warns">{count(tooLong)} {tooLong === 1 ? 'text is' : 'texts are'} longer than the {count(positions)} tokens that the policy takes: left out.</p>}
      {beyond > 0 && <p className="warns">{percent(beyond / counted)} of {count(counted)} completions have more than maxNewTokens ({count(most)}) tokens: the policy could not write them to their end.</p>}
    </>
  )
}

function Worth() {
  const { teacher } = useWorkbench()
  const worth = useTeacher((state) => state.worth)
  const k = useRun((state) => state.settings.trainK)
  if (worth === undefined) return <p><button type="button" className="button small" onClick={() => void teacher.measure()}>Rank them</button> <span className="quiet">what the recommender makes of some of them</span></p>
  if (worth.is === 'measuring') return <p role="status" className="quiet">The recommender ranks …</p>
  return (
    <dl className="figures teacher-worth">
      <div><dt>Mean reward</dt><dd>{score(worth.reward)} <small>{count(worth.texts)} texts</small></dd></div>
      <div><dt>NDCG@{count(k)}</dt><dd>{score(worth.ndcg)} <small>{score(worth.original)} where nothing is asked</small></dd></div>
    </dl>
  )
}

export function Imitated() {
  const id = useId()
  const look = useTeacher((state) => state.look)
  const most = useRun((state) => state.settings.sftExamples)
  return (
    <section className="teacher-imitated" aria-labelledby={id}>
      <h3 id={id}>What the stage would learn</h3>
      {look === undefined || look.is === 'looking' ? <p role="status" className="quiet">looking …</p>
        : look.is === 'none' ? <p className="notice">{look.reason}</p>
        : (
          <>
            <dl className="figures">
              <div><dt>Texts</dt><dd>{count(most > 0 ? Math.min(most, look.preview.imitated) : look.preview.imitated)} {look.waiting > 0 && <small>{count(look.waiting)} rows wait for an answer</small>}</dd></div>
              <div><dt>Keep the format</dt><dd>{percent(look.preview.format)}</dd></div>
            </dl>
            <Uses preview={look.preview} />
            {look.lengths !== undefined && <Fits lengths={look.lengths} />}
            {look.preview.uses.training > 0 && <Worth />}
            <Example key={look.preview.texts.length} texts={look.preview.texts} />
          </>
        )}
    </section>
  )
}
