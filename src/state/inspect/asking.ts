// Who answers for each column of the inspector, one call at a time for each who is asked, with what was answered before kept.
import type { PolicyService } from '../../client/policy.ts'
import type { RunRecord, RunsService } from '../../client/runs.ts'
import type { Settings } from '../../domain/settings.ts'
import { stepWords } from '../../domain/stage.ts'
import { kindOf, type ColumnId, type ColumnKind } from './columns.ts'
import type { Task } from '../../experiment/tasks.ts'
import { askPolicy, rankedElsewhere, rankReading, saidBySource, saidPlainly, type Asked, type Column, type Found, type Said } from './inspect.ts'
import type { Shop } from '../data/library.ts'
import type { RunStoreState } from '../run/run.ts'
import type { Rows } from '../tasks/rows.ts'
import { TYPED_ROW } from '../tasks/rows.ts'
import type { SourceAnswer, Sources } from './sources.ts'

/** What a column shows, or why it shows nothing. `later`: whoever answers is not here yet, and will be announced. */
export type Answered = { readonly column: Column } | { readonly absent: string } | { readonly later: true }

export interface AskingParts {
  readonly run: { readonly getState: () => RunStoreState; readonly engine: { readonly service: PolicyService | undefined } }
  readonly sources: Pick<Sources, 'getState'>
  readonly past: Pick<RunsService, 'list' | 'checkpoint'>
  readonly rows: Pick<Rows, 'prepared'>
}

export interface Asking {
  /** Undefined where `wanted` said no before there was an answer. `fresh` asks again what was answered before. */
  readonly ask: (id: ColumnId, asked: Asked, text: string | undefined, shop: Shop, fresh: boolean, wanted: () => boolean) => Promise<Answered | undefined>
  /** The row as a run would ask about it; undefined where the task asks about no such text. */
  readonly taskOf: (asked: Asked, shop: Shop) => Promise<Task | undefined>
}

const MOST_ANSWERS = 400
const MOST_CHECKPOINT_BYTES = 64e6

const LATER: Answered = { later: true }

/** What decides how a model is asked, and how its output is read: an answer under other settings is another one. */
export const ASKED_WITH = [
  'template', 'thinking', 'maxNewTokens', 'mode', 'task', 'answerForm', 'historyLength', 'historySplit', 'historySetting', 'seenItems', 'strongFrom', 'candidates',
  'candidateCount', 'listLength', 'augment', 'seed',
] as const satisfies readonly (keyof Settings)[]
/** What decides how a ranking is made and measured. */
export const RANKED_WITH = ['mode', 'queryMode', 'gains', 'duplicateTargets'] as const satisfies readonly (keyof Settings)[]

/** The trained weights' shape as settings say it: two runs whose words differ in any of these have checkpoints of different shapes. */
function shapeOf(settings: Readonly<Record<string, string | number | boolean>>): readonly (readonly [name: string, value: string])[] {
  const names = settings['trainable'] === 'lora' ? ['policy', 'trainable', 'loraRank', 'loraTargets'] : ['policy', 'trainable']
  return names.map((name) => [name, String(settings[name])])
}

/** Why a checkpoint of this run can't answer in the engine as it stands; undefined where it can. */
export function misfit(record: Pick<RunRecord, 'name' | 'settings'>, engine: RunStoreState['engine']): string | undefined {
  if (engine.is !== 'ready') return undefined
  const loaded = engine.loaded.settings
  for (const [name, value] of shapeOf(record.settings)) {
    const here = name === 'policy' ? engine.loaded.policy : String(loaded[name as keyof Settings])
    if (value === here) continue
    return `the checkpoint was trained with ${name} ${value} (run ${record.name}), but the engine holds ${name} ${here}; `
      + `set ${name} to ${value} in Train to ask it`
  }
  return undefined
}

/** Answers by key, the latest used last; the oldest go. */
class Kept<Value> {
  readonly #values = new Map<string, { readonly value: Value; readonly weight: number }>()
  #weight = 0

  constructor(private readonly most: number) {}

  get(key: string): Value | undefined {
    const held = this.#values.get(key)
    if (held === undefined) return undefined
    this.#values.delete(key)
    this.#values.set(key, held)
    return held.value
  }

  set(key: string, value: Value, weight = 1): void {
    this.drop(key)
    this.#values.set(key, { value, weight })
    this.#weight += weight
    for (const oldest of this.#values.keys()) {
      if (this.#weight <= this.most) break
      this.drop(oldest)
    }
  }

  drop(key: string): void {
    this.#weight -= this.#values.get(key)?.weight ?? 0
    this.#values.delete(key)
  }
}

/** A number for each object, so that a key can name it. */
function createNaming(): (thing: object | undefined) => number {
  const names = new WeakMap<object, number>()
  let last = 0
  return (thing) => {
    if (thing === undefined) return 0
    const known = names.get(thing)
    if (known !== undefined) return known
    names.set(thing, ++last)
    return last
  }
}

const NO_ROW: Answered = { absent: 'this task asks about rows of the data, and this text is none of them; pick one' }
const MOST_TASKS = 200

export function createAsking({ run, sources, past, rows }: AskingParts): Asking {
  const tasks = new Kept<Promise<Task | undefined>>(MOST_TASKS)
  const said = new Kept<Said>(MOST_ANSWERS)
  const ranked = new Kept<Found>(MOST_ANSWERS)
  const answers = new Kept<SourceAnswer>(MOST_ANSWERS)
  const bytes = new Kept<ArrayBuffer>(MOST_CHECKPOINT_BYTES)
  const nameOf = createNaming()
  const lanes = new WeakMap<object, Promise<unknown>>()

  /** One call at a time to `whom`; what nobody wants any more by its turn is not asked. */
  const inTurn = <Value>(whom: object, wanted: () => boolean, work: () => Promise<Value>): Promise<Value | undefined> => {
    const turn = (lanes.get(whom) ?? Promise.resolve()).then(() => (wanted() ? work() : undefined))
    lanes.set(whom, turn.catch(() => undefined))
    return turn
  }

  const recordOf = async (id: string): Promise<RunRecord | undefined> => (await past.list()).find((record) => record.id === id)

  const checkpointBytes = async ({ run: id, stage, step }: Extract<ColumnKind, { is: 'checkpoint' }>, sha256: string): Promise<ArrayBuffer> => {
    const held = bytes.get(sha256)
    if (held !== undefined) return held
    const read = await past.checkpoint(id, stage, step)
    bytes.set(sha256, read, read.byteLength)
    return read
  }

  /** What the policy of now answers, with the steps it had made before and after it was asked. */
  const ofCurrent = async (task: Task, settings: Settings, wanted: () => boolean): Promise<(Said & Pick<Column, 'at'>) | undefined> => {
    const { service } = run.engine
    if (service === undefined) return undefined
    return inTurn(service, wanted, async () => {
      const steps = (): { readonly stage: 'sft' | 'grpo' | undefined; readonly done: number; readonly best: boolean } => {
        const { phase, run: { stage, done, summary } } = run.getState()
        // of an interrupted run nothing is on the device; a finished run has brought back its best checkpoint
        return { stage, done: phase === 'interrupted' ? 0 : summary?.best.step ?? done, best: phase === 'finished' && summary !== undefined }
      }
      const before = steps()
      const answer = await askPolicy((request) => service.generate(request), task, settings, 'current')
      const after = steps()
      return { ...answer, at: { stage: after.stage, from: before.stage === after.stage ? before.done : 0, to: after.done, best: after.best } }
    })
  }

  /** What a policy wrote, whichever weights it had. */
  const ofPolicy = async (
    kind: Extract<ColumnKind, { is: 'before' | 'current' | 'checkpoint' }>, task: Task, fresh: boolean, wanted: () => boolean,
  ): Promise<{ readonly said: Said & Pick<Column, 'at'> } | Answered | undefined> => {
    const { engine, phase, run: { start, stage, done, summary }, settings } = run.getState()
    const { service } = run.engine
    if (engine.is === 'absent' || engine.is === 'lost') return { absent: `no policy engine: ${engine.reason}` }
    if (engine.is !== 'ready' || service === undefined) return LATER
    const asks = ASKED_WITH.map((name) => settings[name])
    const loaded = [nameOf(engine.loaded), nameOf(start), stage]
    const settled = phase === 'idle' || phase === 'paused' || phase === 'finished' || phase === 'failed'
    // who answers, as what they are; undefined where they change as we speak
    let version: string | undefined
    let generate: PolicyService['generate'] = (request) => service.generate(request)
    if (kind.is === 'checkpoint') {
      const record = await recordOf(kind.run)
      const checkpoint = record?.checkpoints.find((one) => one.stage === kind.stage && one.step === kind.step)
      if (record === undefined) return { absent: 'this run is not kept in this browser (any more); import it, or remove the column' }
      if (checkpoint === undefined) return { absent: `run ${record.name} has no checkpoint of ${stepWords(kind.stage, kind.step)} (any more); choose another` }
      const refused = misfit(record, engine)
      if (refused !== undefined) return { absent: refused }
      version = JSON.stringify([checkpoint.sha256, nameOf(engine.loaded), asks])
      generate = async (request) => service.generateAs(await checkpointBytes(kind, checkpoint.sha256), request)
    } else if (kind.is === 'before' && phase !== 'preparing') version = JSON.stringify(['before', loaded, asks])
    else if (kind.is === 'current' && settled) version = JSON.stringify(['current', loaded, phase, done, summary?.best.step, asks])

    const key = version === undefined ? undefined : JSON.stringify([version, task.key, task.prompt.text])
    const known = key === undefined || fresh ? undefined : said.get(key)
    if (known !== undefined) return { said: known }
    const answer = kind.is === 'current'
      ? await ofCurrent(task, settings, wanted)
      : await inTurn(service, wanted, () => askPolicy(generate, task, settings, kind.is === 'before' ? 'reference' : 'current'))
    if (answer === undefined) return undefined
    if (key !== undefined) said.set(key, answer)
    return { said: answer }
  }

  const taskOf: Asking['taskOf'] = (asked, shop) => {
    const { settings } = run.getState()
    const row = { id: asked.judged?.id ?? TYPED_ROW, text: asked.query }
    const key = JSON.stringify([shop.dataset.hash, nameOf(shop.opened), row.id, row.text, [...ASKED_WITH, ...RANKED_WITH].map((name) => settings[name])])
    const known = tasks.get(key)
    if (known !== undefined) return known
    const made = rows.prepared([row], shop).then(([task]) => task)
    tasks.set(key, made)
    // what failed may go well the next time
    made.catch(() => tasks.drop(key))
    return made
  }

  const ask: Asking['ask'] = async (id, asked, text, shop, fresh, wanted) => {
    const kind = kindOf(id)
    if (kind === undefined) return { absent: `no such column: ${id}; remove it` }
    const { settings } = run.getState()
    const task = await taskOf(asked, shop)
    if (task === undefined) return NO_ROW
    if (!wanted()) return undefined
    const { spec } = task
    const ranking = [nameOf(shop.opened), shop.dataset.hash, asked.query, asked.judged?.id, [...RANKED_WITH, ...ASKED_WITH].map((name) => settings[name])]
    const rank = async (what: Said & Pick<Column, 'at'>): Promise<Answered> => {
      const key = JSON.stringify([ranking, what.rewrite, what.items])
      const known = fresh ? undefined : ranked.get(key)
      const reading = { text: what.rewrite ?? '', ...(what.items === undefined ? {} : { items: what.items }) }
      const found = known ?? await rankReading(reading, task, shop.recommender, settings)
      // a server that failed may answer the next time
      if (known === undefined && found.unranked === undefined) ranked.set(key, found)
      return { column: { ...what, ...found } }
    }
    const original = (): Promise<Answered> => rank(saidPlainly(spec.original(task.case)))
    if (kind.is === 'original') return original()
    if (kind.is === 'typed') {
      if (text === undefined) return original()
      // a query is searched for as it is typed; a list is read as the policy's would be
      return rank(saidPlainly(spec.answers === 'query' || spec.answers === 'text' ? { text } : spec.read({ ...task.case, prompt: { text: '', prefill: '' } }, text)))
    }
    if (kind.is === 'source') {
      const source = sources.getState().list.find((one) => one.id === kind.source)
      if (source === undefined) return { absent: 'this source is not here (any more); bring it again, or remove the column' }
      const query = { ...(asked.judged === undefined ? {} : { id: asked.judged.id }), text: asked.query }
      const key = JSON.stringify([nameOf(source), query, ASKED_WITH.map((name) => settings[name])])
      const known = fresh ? undefined : answers.get(key)
      const answer = known ?? await inTurn(source, wanted, () => source.answer({ ...query, prompt: task.prompt }))
      if (answer === undefined) return undefined
      if (answer.kind === 'absent') return { absent: answer.reason }
      if (known === undefined) answers.set(key, answer)
      if (answer.kind === 'ranking') return { column: rankedElsewhere(answer, asked, settings) }
      return rank(saidBySource(answer, task))
    }
    const spoken = await ofPolicy(kind, task, fresh, wanted)
    return spoken !== undefined && 'said' in spoken ? rank(spoken.said) : spoken
  }
  return { ask, taskOf }
}
