// The inspected query through training: a slider over the steps, and what the policy answered at each, against the query and the answer before.
import { useEffect, useId, useState } from 'react'
import { rewardsOf, shownAt, spokenBy, type Moment, type SampledMoment } from '../../state/inspect/timeline.ts'
import { Diff } from '../parts/Diff.tsx'
import { count, score, signed } from '../parts/format.ts'
import { Items } from '../parts/Items.tsx'
import { useCursor, useReplay, useRows, useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import { Thought } from '../parts/Thought.tsx'
import { Ranked } from './Ranked.tsx'
import { Subject } from './Subject.tsx'
import { Track } from './Track.tsx'
import './replay.css'

const MEANING = 'What the policy answered to this query as training went on. Of a step’s group the likeliest completion stands for it: the nearest to a greedy answer. '
  + 'Validations and tests answer greedily. A step that did not draw the query shows the answer before it.'

const PLAY_MS = 900
/** for those who want less motion */
const CALM_MS = 2500
const SLIDER_KEYS = /^(Arrow|Page|Home$|End$)/
const CHOICES = ['likeliest', 'best', 'worst'] as const
type Choice = (typeof CHOICES)[number]

function memberOf({ rollouts }: SampledMoment, choice: Choice): number | undefined {
  if (choice === 'likeliest') return undefined
  const ranked = rollouts.filter(({ reward }) => reward !== undefined).toSorted((a, b) => b.reward! - a.reward!)
  return (choice === 'best' ? ranked[0] : ranked.at(-1))?.member
}

const speak = (moment: Moment, choice: Choice): ReturnType<typeof spokenBy> => spokenBy(moment, moment.kind === 'sampled' ? memberOf(moment, choice) : undefined)

function whatOf(moment: Moment): string {
  if (moment.kind === 'sampled') return `${count(moment.rollouts.length)} rollouts on the way to step ${count(moment.step)}`
  if (moment.policy === 'prompted') return 'greedy answer of the prompted policy, before anything was imitated'
  if (moment.policy === 'before') return 'greedy answer of the starting policy'
  return `greedy answer after step ${count(moment.step)}${moment.policy === 'after' ? ', the best checkpoint on the test queries' : ` (${moment.split})`}`
}

/** Plays on from moment to moment until the last. */
function usePlay(moments: readonly Moment[], at: number | undefined, go: (step: number) => void): [boolean, (playing: boolean) => void] {
  const [wanted, setWanted] = useState(false)
  const place = (at ?? -1) + 1
  const next = moments[place]
  const end = place >= moments.length - 1
  useEffect(() => {
    if (!wanted || next === undefined) return undefined
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
    const timer = setTimeout(() => {
      go(next.step)
      if (end) setWanted(false)
    }, calm ? CALM_MS : PLAY_MS)
    return () => clearTimeout(timer)
  }, [wanted, next, end, go])
  return [wanted && next !== undefined, setWanted]
}

function Said({ moment, before, query, choice }: { readonly moment: Moment; readonly before: Moment | undefined; readonly query: string; readonly choice: Choice }) {
  const spoken = speak(moment, choice)
  const last = before && speak(before, choice)
  const rewards = moment.kind === 'sampled' ? rewardsOf(moment) : undefined
  // what was written for a query is the query, changed; anything else is a text of its own
  const searches = useRows((state) => state.spec.over === 'queries' && state.spec.answers === 'query')
  return (
    <div className="replay-said">
      <dl className="replay-figures">
        {moment.kind === 'sampled' && <div><dt>reward</dt><dd>{score(spoken.reward)}{last?.reward !== undefined && spoken.reward !== undefined && <small> {signed(spoken.reward - last.reward)}</small>}</dd></div>}
        <div><dt>{moment.kind === 'greedy' ? 'NDCG@10' : 'NDCG of training'}</dt><dd>{score(spoken.ndcg)}</dd></div>
        {rewards !== undefined && <div><dt>its <Term about="group">group</Term></dt><dd>{score(rewards.min)} … {score(rewards.max)}<small> mean {score(rewards.mean)}</small></dd></div>}
      </dl>
      {spoken.thought !== undefined && <Thought thought={spoken.thought} />}
      {spoken.failed !== undefined && <p className="fault">not ranked: {spoken.failed}</p>}
      {spoken.rewrite === undefined ? <p className="rewrite fault">format broken: {spoken.text.trim() === '' ? '(nothing was written)' : spoken.text}</p> : (
        <dl className="replay-diffs">
          {spoken.items !== undefined && <div><dt>the list</dt><dd><Items items={spoken.items} /></dd></div>}
          {searches && <div><dt>against the query</dt><dd className="rewrite"><Diff from={query} to={spoken.rewrite} />{spoken.rewrite.trim() === query.trim() && <span className="quiet"> unchanged</span>}</dd></div>}
          {!searches && spoken.items === undefined && <div><dt>the answer</dt><dd className="rewrite">{spoken.rewrite}</dd></div>}
          {last !== undefined && before !== undefined && (
            <div>
              <dt>against {before.step === moment.step ? 'the rollouts before it' : `step ${count(before.step)}`}</dt>
              <dd className="rewrite">
                {last.rewrite === undefined ? <span className="quiet">its format was broken</span>
                  : last.rewrite.trim() === spoken.rewrite.trim() ? <span className="quiet">the same</span> : <Diff from={last.rewrite} to={spoken.rewrite} />}
              </dd>
            </div>
          )}
        </dl>
      )}
    </div>
  )
}

function Timeline() {
  const { replay } = useWorkbench()
  const moments = useReplay((state) => state.moments)
  const query = useReplay((state) => state.query)!
  const last = useReplay((state) => state.last)
  const reading = useReplay((state) => state.reading)
  const pinned = useCursor((state) => state.pinned)
  const [choice, setChoice] = useState<Choice>('likeliest')
  const [ranking, setRanking] = useState(false)
  const choosing = useId()
  const step = Math.min(pinned ?? last, last)
  const { at, exact, next } = shownAt(moments, step)
  const [playing, setPlaying] = usePlay(moments, at, replay.pin)
  const moment = at === undefined ? undefined : moments[at]
  const nextMoment = moments[(at ?? -1) + 1]
  const before = at === undefined ? undefined : moments[at - 1]
  // two may stand at one step: its rollouts, and the greedy answer after it
  const earlier = !exact ? moment : before?.step === step ? moments[at! - 2] : before
  const spoken = moment && speak(moment, choice)
  if (moments.length === 0) {
    return (
      <p className="waiting">
        {reading ? 'reading what was kept …' : `The policy has not answered “${query.text}” in this run so far${last === 0 ? '' : `, in ${count(last)} steps`}: training draws its own queries, validations and tests ask theirs.`}
      </p>
    )
  }
  return (
    <>
      <Track moments={moments} last={last} step={step} />
      <input
        type="range" className="replay-slider" aria-label="Step" min={0} max={last} value={step} disabled={last === 0}
        aria-valuetext={`step ${count(step)}${moment === undefined ? ', not answered yet' : exact ? `, ${whatOf(moment)}` : `, shown: step ${count(moment.step)}`}`}
        // they move the slider, and not the inspector's focus
        onKeyDown={(event) => { if (SLIDER_KEYS.test(event.key)) event.stopPropagation() }}
        onChange={(event) => {
          setPlaying(false)
          replay.pin(event.currentTarget.valueAsNumber)
        }}
      />
      <div className="replay-bar">
        <button type="button" className="button small" aria-label="Answer before" disabled={earlier === undefined} onClick={() => replay.pin(earlier!.step)}>◀</button>
        <button
          type="button" className="button small" aria-pressed={playing}
          onClick={() => {
            // at the end it begins again
            if (!playing && nextMoment === undefined) replay.pin(moments[0]!.step)
            setPlaying(!playing)
          }}
        >
          {playing ? 'Pause' : 'Play'}
        </button>
        <button type="button" className="button small" aria-label="Next answer" disabled={nextMoment === undefined} onClick={() => replay.pin(nextMoment!.step)}>▶</button>
        <output>step {count(step)} <small>of {count(last)}</small></output>
        {pinned !== undefined && <button type="button" className="plain" onClick={() => replay.pin(undefined)}>Let go</button>}
        <span className="replay-choice">
          <label htmlFor={choosing} className="quiet">of a group the</label>
          <select id={choosing} value={choice} onChange={(event) => setChoice(CHOICES.find((one) => one === event.currentTarget.value) ?? 'likeliest')}>
            {CHOICES.map((one) => <option key={one}>{one}</option>)}
          </select>
        </span>
        <button type="button" className="button small" aria-pressed={ranking} disabled={spoken?.rewrite === undefined} onClick={() => setRanking(!ranking)}>Rank it now</button>
      </div>
      <p className="replay-what">
        {moment === undefined ? `Not answered by step ${count(step)}; first at step ${count(next)}.`
          : exact ? whatOf(moment)
            : <><span className="warns">Not drawn at step {count(step)}.</span> Shown: {whatOf(moment)}{next !== undefined && `; next at step ${count(next)}`}.</>}
      </p>
      <div className="replay-shown">
        {moment !== undefined && <Said moment={moment} before={before} query={query.text} choice={choice} />}
        {ranking && spoken?.rewrite !== undefined && <Ranked query={query} rewrite={spoken.rewrite} items={spoken.items} />}
      </div>
    </>
  )
}

export function Replay() {
  const { replay } = useWorkbench()
  const heading = useId()
  useEffect(() => replay.watch(), [replay])
  const query = useReplay((state) => state.query)
  const failure = useReplay((state) => state.failure)
  const started = useReplay((state) => state.last > 0 || state.moments.length > 0 || state.subject !== 'live')
  return (
    <section className="replay" aria-labelledby={heading}>
      <header>
        <h3 id={heading}><Term explain={MEANING}>Through training</Term></h3>
        <Subject />
        {started && query !== undefined && <p className="replay-key quiet"><span className="key-reward">reward, range of the group</span> <span className="key-greedy">NDCG@10, greedy</span></p>}
      </header>
      {failure !== undefined && <p role="alert" className="notice bad">{failure}</p>}
      {!started ? <p className="waiting">Train, or choose a kept run: its answers to this query come here, step by step.</p>
        : query === undefined ? <p className="waiting">Nobody judged this query, so training never draws it. Pick a judged one.</p> : <Timeline />}
    </section>
  )
}
