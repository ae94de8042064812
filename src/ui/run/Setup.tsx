// A run before it begins: what it is made of, what it will do in plain words, how long that takes, and the settings that matter most.
import { lazy, Suspense, useDeferredValue, useId, useState, type ReactNode } from 'react'
import { PRESETS } from '../../domain/config.ts'
import { SETTINGS, type SettingName } from '../../domain/settings.ts'
import { forkFaultsOf } from '../../state/run/kept.ts'
import { factsOf } from '../../state/policy/need.ts'
import { EMBEDDED_NAMES, isEmbedded } from '../../domain/embedded.ts'
import { presetWords, unusedSettings } from '../../state/run/settingSearch.ts'
import { countQueries, IMITATED, plainWords, type QueryCounts } from '../../state/run/setup.ts'
import { count, duration, memory, millions } from '../parts/format.ts'
import { useLibrary, useRows, useRun, useWorkbench } from '../parts/stores.ts'
import { changedFrom, useBase } from './base.ts'
import { RewardRow } from './RewardRow.tsx'
import { Setting } from './Setting.tsx'
import { usePlanned } from './Standing.tsx'

/** What people change first. */
const MATTERS: readonly SettingName[] = ['stages', 'steps', 'promptsPerStep', 'groupSize', 'learningRate', 'klCoefficient', 'maxNewTokens', 'validationEvery', 'seed']

const Datasets = lazy(async () => ({ default: (await import('../data/Datasets.tsx')).Datasets }))
const RecommenderSheet = lazy(async () => ({ default: (await import('../data/RecommenderSheet.tsx')).RecommenderSheet }))
const TaskSheet = lazy(async () => ({ default: (await import('./TaskSheet.tsx')).TaskSheet }))

/** What people change of a task, where it looks at it. */
const OF_TASKS: readonly SettingName[] = ['historyLength', 'seenItems', 'candidates', 'candidateCount', 'listLength', 'augment', 'thoughtBudget']

function useCounts(): QueryCounts | undefined {
  const open = useLibrary((state) => state.shop !== undefined)
  const queries = useRows((state) => state.rows)
  const settings = useDeferredValue(useRun((state) => state.settings))
  return open ? countQueries({ queries }, settings) : undefined
}

interface RowProps {
  readonly name: string
  readonly children: ReactNode
  readonly facts: ReactNode
  readonly onChange?: () => void
  readonly label?: string
}

function Row({ name, children, facts, onChange, label }: RowProps) {
  return (
    <div className="setup-row">
      <dt>{name}</dt>
      <dd>
        <span><span className="setup-choice">{children}</span> <span className="quiet">{facts}</span></span>
        {onChange !== undefined && <button type="button" className="plain" aria-haspopup="dialog" aria-label={label} onClick={onChange}>Change</button>}
      </dd>
    </div>
  )
}

function Preset({ locked }: { readonly locked: boolean }) {
  const { run } = useWorkbench()
  const preset = useRun((state) => state.settings.preset)
  const id = useId()
  return (
    <div className="setup-row">
      <dt><label htmlFor={id}>Preset</label></dt>
      <dd className="setup-preset">
        <select id={id} value={preset} disabled={locked} aria-describedby={`${id}-words`} onChange={(event) => run.change('preset', event.currentTarget.value)}>
          {Object.keys(PRESETS).map((name) => <option key={name}>{name}</option>)}
        </select>{' '}
        <span id={`${id}-words`} className="quiet">{presetWords(preset)}</span>
      </dd>
    </div>
  )
}

function Choices({ counts, locked }: { readonly counts: QueryCounts | undefined; readonly locked: boolean }) {
  const { policies, run, teacher } = useWorkbench()
  const imitates = useRun((state) => state.settings.stages.includes('sft'))
  const from = useRun((state) => state.settings.sftFrom)
  const shop = useLibrary((state) => state.shop)
  const policy = useRun((state) => state.settings.policy)
  const engine = useRun((state) => state.engine)
  const [sheet, setSheet] = useState<'data' | 'recommender' | 'task'>()
  const close = (): void => setSheet(undefined)
  const loaded = engine.is === 'ready' && engine.loaded.policy === policy ? factsOf(engine.loaded.config) : undefined
  const task = useRows((state) => state.spec)
  const fault = useRows((state) => state.fault)
  const reading = useRows((state) => state.reading)
  const rows = task.over === 'queries' ? 'queries' : 'histories'
  const uses = counts && fault === undefined && `; ${count(counts.train)} ${rows} to train on, ${count(counts.validation)} held out, ${count(counts.test)} to test`
  const data = shop === undefined ? 'add data, or wait until the sample is loaded' : `${count(shop.dataset.productCount)} products${uses || ''}`
  return (
    <>
      <dl className="setup-choices">
        <Row name="Data set" label="Change which data the run uses" onChange={() => setSheet('data')} facts={data}>
          {shop?.dataset.name ?? 'none is open'}
        </Row>
        <Row
          name="Policy" label="Change which policy the run trains" onChange={() => policies.show(policy, run.getState().settings.policyMirror)}
          facts={loaded === undefined ? '' : `${loaded.architecture}, ${millions(loaded.parameters)} parameters`}
        >
          {isEmbedded(policy) ? EMBEDDED_NAMES[policy] : policy}
        </Row>
        <Row name="Recommender" label="Change which recommender the run asks" onChange={() => setSheet('recommender')} facts="a black box: it takes a query and gives a ranking">
          {shop?.recommender.name ?? '–'}
        </Row>
        <Row name="Task" label="Change what the policy learns" onChange={() => setSheet('task')} facts={reading ? `${task.explanation} Titles of the histories are being read …` : task.explanation}>
          {task.title}
        </Row>
        {fault !== undefined && shop !== undefined && (
          <div className="setup-row"><dt className="visually-hidden">What it lacks</dt><dd className="setup-lacks"><span role="alert" className="notice bad">{fault}</span></dd></div>
        )}
        {imitates && (
          <Row name="Imitates" label="Change what is imitated before the reward is learnt from" onChange={teacher.show} facts="what the sft stage shows the policy">
            {IMITATED[from]}
          </Row>
        )}
        <RewardRow />
        <Preset locked={locked} />
      </dl>
      <Suspense>
        {sheet === 'data' && <Datasets onClose={close} />}
        {sheet === 'recommender' && <RecommenderSheet onClose={close} />}
        {sheet === 'task' && <TaskSheet onClose={close} />}
      </Suspense>
    </>
  )
}

/** How long a step takes: measured for these settings, or not known. */
function Expected() {
  const { durations } = useWorkbench()
  const settings = useRun((state) => state.settings)
  // both decide which measurement counts
  useRun((state) => state.adapter)
  useLibrary((state) => state.shop)
  const planned = usePlanned()
  const stepMs = durations.stepMs(settings)
  const took = stepMs === undefined ? undefined : `${(stepMs / 1000).toFixed(stepMs < 10_000 ? 1 : 0)} s`
  return (
    <dl className="setup-expected">
      <div>
        <dt>A step takes</dt>
        <dd>
          {took === undefined
            ? <>not known yet <small>measured from the first steps on this adapter, and remembered</small></>
            : <>{took} <small>measured before, with these settings on this adapter; about {duration(settings.steps * stepMs! / 1000)} for all {count(settings.steps)}, validations and tests apart</small></>}
        </dd>
      </div>
      <div>
        <dt>Graphics memory</dt>
        <dd>{planned === undefined ? <>not known <small>until the policy is loaded</small></> : <>{memory(planned)} <small>planned at the peak; line by line under Policy</small></>}</dd>
      </div>
    </dl>
  )
}

function ForkNotice() {
  const { run } = useWorkbench()
  const fork = useRun((state) => state.fork)
  const settings = useRun((state) => state.settings)
  if (fork === undefined) return null
  const faults = forkFaultsOf(fork, settings)
  const elsewhere = fork.record.dataset
  return (
    <div className="notice" role="status">
      <p>
        A new run that goes on from {fork.stage === 'sft' ? 'imitation ' : ''}step {count(fork.step)} of <strong>{fork.record.name}</strong>, on {elsewhere.name}. Change what should be other, then Train.{' '}
        <button type="button" className="plain" onClick={run.unfork}>Begin from the start instead</button>
      </p>
      {faults.map((fault) => <p key={fault} role="alert" className="fault">{fault}</p>)}
    </div>
  )
}

export function Setup() {
  const { view } = useWorkbench()
  const settings = useRun((state) => state.settings)
  const locked = useRun((state) => state.phase === 'preparing')
  const fork = useRun((state) => state.fork)
  const recommender = useLibrary((state) => state.shop?.recommender.name)
  const counts = useCounts()
  const { base, named } = useBase()
  const changed = changedFrom(base, settings)
  const from = fork && { stage: fork.stage, step: fork.step, said: `${fork.stage === 'sft' ? 'imitation ' : ''}step ${fork.step} of ${fork.record.name}` }
  const unused = unusedSettings(settings)
  const sentences = plainWords(settings, counts, { recommender: recommender ?? settings.recommender, ...(from && { from }) })
  const [words, form] = [useId(), useId()]
  return (
    <div className="setup">
      <ForkNotice />
      <section className="setup-words" aria-labelledby={words}>
        <h3 id={words}>What will run</h3>
        <Choices counts={counts} locked={locked} />
        <ul className="sentences">{sentences.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>
        <Expected />
      </section>
      <section className="setup-settings" aria-labelledby={form}>
        <header>
          <h3 id={form}>What matters most</h3>
          <button type="button" className="plain" onClick={() => view.setTab('settings')}>All {SETTINGS.length - 1} settings</button>
          {changed.length > 0 && <span className="badge" title={changed.join(', ')}>{changed.length} changed against {named}</span>}
        </header>
        <fieldset className="settings" disabled={locked}>
          <legend className="visually-hidden">Settings that matter most</legend>
          {[...MATTERS, ...OF_TASKS.filter((name) => !unused.has(name))].map((name) => {
            const spec = SETTINGS.find((known) => known.name === name)
            return spec === undefined ? null : <Setting key={name} spec={spec} value={settings[name]} preset={base[name]} unused={unused.get(name)} />
          })}
        </fieldset>
      </section>
    </div>
  )
}
