// The store of what supervised training imitates: kept files of texts, and a frozen model that writes answers to the training rows.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ImitationRecord, ImitationsService, TeacherAnswer } from '../../client/imitations.ts'
import type { PolicyService } from '../../client/policy.ts'
import type { Imitation } from '../../domain/imitation.ts'
import type { Settings } from '../../domain/settings.ts'
import { taskOf } from '../../domain/tasks/tasks.ts'
import { planTasks, type Tasks } from '../../experiment/tasks.ts'
import type { Library, Shop } from '../data/library.ts'
import { beginning, progressed, type Reading } from '../data/reading.ts'
import type { FrozenReference, Source, Sources, SourcesState } from '../inspect/sources.ts'
import { sentenceOf } from '../sentence.ts'
import type { Lengths, Preview, Worth } from './preview.ts'

export type { ImitationRecord } from '../../client/imitations.ts'
export type { Lengths, Preview } from './preview.ts'

/** A teacher at work. */
export interface TeacherAtWork {
  /** its source's id, and its title */
  readonly model: string
  readonly title: string
  readonly doing: 'writing' | 'paused' | 'stopping'
  /** rows that have an answer, of all that are asked about */
  readonly done: number
  readonly of: number
  /** undefined until there is something to go by */
  readonly secondsLeft: number | undefined
  readonly last: TeacherAnswer | undefined
}

/** What would be imitated: looked up, or why that cannot be told. */
export type Look =
  | { readonly is: 'looking' }
  | {
    readonly is: 'shown'
    readonly preview: Preview
    /** rows that the teacher has not answered yet */
    readonly waiting: number
    /** how the texts fit the loaded policy; undefined until that is known, or where none is loaded */
    readonly lengths?: Lengths
  }
  | { readonly is: 'none'; readonly reason: string }

export interface TeacherState {
  /** the sheet is open */
  readonly open: boolean
  readonly records: readonly ImitationRecord[]
  /** the chosen file's record, and the chosen model's source */
  readonly file: string | undefined
  readonly model: string | undefined
  /** a teacher's outputs that break the format are left out */
  readonly strict: boolean
  readonly look: Look | undefined
  readonly worth: { readonly is: 'measuring' } | ({ readonly is: 'measured' } & Worth) | undefined
  readonly writing: TeacherAtWork | undefined
  /** files being read */
  readonly reading: Reading | undefined
  readonly failure: string | undefined
}

export interface Teacher extends StoreApi<TeacherState> {
  /** Shows the sheet, with what the settings would imitate. */
  readonly show: () => void
  readonly close: () => void
  /** Reads files of texts, keeps them and chooses them. */
  readonly addFiles: (files: readonly File[]) => Promise<void>
  readonly cancelReading: () => void
  /** Takes what was dropped on the page, where all of it is texts to imitate; false leaves it to others. */
  readonly takeDropped: (files: readonly File[]) => Promise<boolean>
  readonly choose: (change: Partial<Pick<TeacherState, 'file' | 'model' | 'strict'>>) => void
  readonly remove: (id: string) => Promise<void>
  /** Lets the chosen model write answers to the rows that have none. */
  readonly write: () => Promise<void>
  readonly pause: () => void
  readonly goOn: () => void
  /** Ends writing; what was written is kept. */
  readonly stop: () => void
  /** Ranks some of the texts and rewards them as outputs of the policy. */
  readonly measure: () => Promise<void>
  /** What a run with these settings imitates; undefined where it imitates neither a file nor a teacher. Rejects with a sentence where there is nothing. */
  readonly imitations: (settings: Settings) => Promise<readonly Imitation[] | undefined>
}

export interface TeacherWorld {
  readonly client: ImitationsService
  readonly library: Pick<Library, 'getState' | 'settled' | 'subscribe'>
  readonly sources: Pick<Sources, 'getState'> & { readonly show?: () => void; readonly subscribe: (listener: (now: SourcesState, before: SourcesState) => void) => () => void }
  readonly run: { readonly getState: () => { readonly settings: Settings }; readonly subscribe: (listener: (now: { readonly settings: Settings }, before: { readonly settings: Settings }) => void) => () => void }
  readonly change: (name: 'sftFrom', text: string) => unknown
  /** the loaded policy, where it stands still */
  readonly policy: () => { readonly service: Pick<PolicyService, 'encode'>; readonly positions: number } | undefined
  readonly memory: Pick<Storage, 'getItem' | 'setItem'>
}

const KEPT = 'what is imitated'
const SHEET = '“What is imitated”'
/** Rates of fewer answers say nothing. */
const SETTLED = 2

export function createTeacher(world: TeacherWorld): Teacher {
  const { client, library, sources, run } = world
  const store = createStore<TeacherState>(() => ({
    open: false, records: [], file: undefined, model: undefined, strict: false, look: undefined, worth: undefined, writing: undefined, reading: undefined, failure: undefined,
    ...remembered(world.memory),
  }))
  const { getState, setState } = store
  const settingsNow = (): Settings => run.getState().settings
  const fail = (error: unknown): void => setState({ failure: sentenceOf(error) })

  let listing: Promise<void> | undefined
  const list = (): Promise<void> => listing ??= client.list().then((records) => setState({ records }), (error: unknown) => {
    listing = undefined
    fail(error)
  })
  const take = (record: ImitationRecord): void => {
    if (!getState().records.some(({ id }) => id === record.id)) setState(({ records }) => ({ records: [...records, record] }))
  }

  /** The chosen model with how it is opened; a sentence where there is none. */
  const chosenModel = (): { readonly source: Source; readonly reference: FrozenReference } => {
    const { model } = getState()
    const { list: all, records } = sources.getState()
    const source = all.find(({ id, kind }) => id === model && kind === 'frozen') ?? (model === undefined ? all.find(({ kind }) => kind === 'frozen') : undefined)
    const record = records.find(({ id }) => id === source?.id)
    if (source === undefined || record?.kind !== 'frozen') throw new Error(`no frozen model is chosen as the teacher; open ${SHEET} and choose or fetch one`)
    return { source, reference: record.reference }
  }
  const taught = async ({ dataset: { hash, name } }: Shop, settings: Settings): Promise<{ readonly source: Source; readonly record: ImitationRecord }> => {
    const { source, reference } = chosenModel()
    const { name: task, version: taskVersion } = taskOf(settings)
    const record = await client.taught(source.title, reference, { task, taskVersion, dataset: { hash, name } })
    take(record)
    return { source, record }
  }

  /** The answers to use: the chosen model's, or where it was removed those that it left for these rows. */
  const answered = async (shop: Shop, settings: Settings): Promise<ImitationRecord> => {
    try {
      return (await taught(shop, settings)).record
    } catch (error) {
      await list()
      const { name, version } = taskOf(settings)
      const left = getState().records.findLast((record) => (
        record.kind === 'teacher' && record.rows.task === name && record.rows.taskVersion === version && record.rows.dataset.hash === shop.dataset.hash))
      if (left === undefined) throw error
      return left
    }
  }

  /** What the settings would imitate, of everything that is known now. */
  const preview = async (settings: Settings, shop: Shop, signal: AbortSignal): Promise<{ readonly preview: Preview; readonly tasks: Tasks; readonly waiting: number }> => {
    const { previewCopies, previewFile, previewTaught } = await import('./preview.ts')
    const tasks = planTasks(shop.dataset, settings)
    const { sftFrom } = settings
    if (sftFrom === 'copy' || sftFrom === 'labels') return { preview: await previewCopies(shop, settings, tasks, sftFrom, signal), tasks, waiting: 0 }
    if (sftFrom === 'teacher') {
      const record = await answered(shop, settings)
      const { waiting, ...found } = await previewTaught(shop, settings, tasks, await client.answers(record.id), getState().strict, signal)
      return { preview: found, tasks, waiting }
    }
    await list()
    const { file, records } = getState()
    const record = records.find(({ id, kind }) => kind === 'file' && id === file)
    if (record === undefined) throw new Error(`no file of texts is chosen; open ${SHEET} and give one: Rec-R1’s SFT Parquet, chats, prompts with completions, or queries with outputs`)
    return { preview: await previewFile(shop, settings, tasks, await client.read(record.id), signal), tasks, waiting: 0 }
  }

  let looking: AbortController | undefined
  /** `again`: the same texts and some more, so that what is shown stays until they are known. */
  const look = async (again = false): Promise<void> => {
    looking?.abort(new Error('something else is looked at'))
    const mine = new AbortController()
    looking = mine
    const settings = settingsNow()
    if (!again) setState({ look: { is: 'looking' }, worth: undefined })
    try {
      if (settings.sftFrom === 'rejection') throw new Error('the policy writes these itself: before the stage its outputs are drawn and ranked, and those that were rewarded are imitated')
      const shop = await library.settled()
      const found = await preview(settings, shop, mine.signal)
      if (looking !== mine) return
      setState({ look: { is: 'shown', preview: found.preview, waiting: found.waiting } })
      const policy = world.policy()
      if (policy === undefined) return
      const { lengthsOf } = await import('./preview.ts')
      const lengths = await lengthsOf(policy.service, policy.positions, found.preview.texts, settings, mine.signal)
      const { look: now } = getState()
      if (looking === mine && now?.is === 'shown') setState({ look: { ...now, lengths } })
    } catch (error) {
      if (looking === mine && !mine.signal.aborted) setState({ look: { is: 'none', reason: sentenceOf(error) } })
    }
  }
  const lookWhereOpen = (): void => { if (getState().open) void look() }
  run.subscribe((now, before) => { if (now.settings !== before.settings) lookWhereOpen() })
  library.subscribe((now, before) => { if (now.shop?.dataset.hash !== before.shop?.dataset.hash) lookWhereOpen() })
  sources.subscribe((now, before) => { if (now.records !== before.records && settingsNow().sftFrom === 'teacher') lookWhereOpen() })

  let atWork: { readonly abort: AbortController; going: Promise<void>; resume: () => void } | undefined
  let readingNow: object | undefined

  const self: Teacher = {
    ...store,
    show: () => {
      setState({ open: true, failure: undefined })
      void list().then(() => look())
    },
    close: () => {
      looking?.abort(new Error('the sheet was closed'))
      setState({ open: false, look: undefined, worth: undefined, failure: undefined })
    },
    addFiles: async (files) => {
      if (files.length === 0) return
      const mine = {}
      readingNow = mine
      const what = files.map(({ name }) => name).join(', ')
      const began = performance.now()
      setState({ failure: undefined, reading: beginning(what, 'reading') })
      try {
        const record = await client.keep(files, (progress) => {
          if (readingNow === mine) setState({ reading: progressed(what, 'reading', progress, (performance.now() - began) / 1000) })
        })
        await list()
        take(record)
        self.choose({ file: record.id })
        world.change('sftFrom', 'file')
      } catch (error) {
        fail(error)
      } finally {
        if (readingNow === mine) readingNow = undefined
        setState({ reading: undefined })
      }
    },
    cancelReading: () => void client.cancel().catch(fail),
    takeDropped: async (files) => {
      if (files.length === 0 || (await Promise.all(files.map((file) => client.recognise(file)))).includes(undefined)) return false
      self.show()
      await self.addFiles(files)
      return true
    },
    choose: (change) => {
      setState(change)
      const { file, model, strict } = getState()
      world.memory.setItem(KEPT, JSON.stringify({ file, model, strict }))
      lookWhereOpen()
    },
    remove: async (id) => {
      try {
        await client.remove(id)
        setState(({ records, file }) => ({ records: records.filter((record) => record.id !== id), file: file === id ? undefined : file }))
        lookWhereOpen()
      } catch (error) {
        fail(error)
      }
    },
    write: async () => {
      if (atWork !== undefined) return
      const abort = new AbortController()
      const mine = { abort, going: Promise.resolve(), resume: (): void => undefined }
      atWork = mine
      setState({ failure: undefined })
      try {
        const { rowsOf } = await import('./preview.ts')
        const { write } = await import('./writing.ts')
        const settings = settingsNow()
        const shop = await library.settled()
        const { source, record } = await taught(shop, settings)
        const rows = rowsOf(planTasks(shop.dataset, settings), settings)
        const { title, id: model } = source
        setState({ writing: { model, title, doing: 'writing', done: 0, of: rows.length, secondsLeft: undefined, last: undefined } })
        const before = await client.answers(record.id)
        let [own, began] = [0, 0]
        await write({
          ports: shop, settings, rows, before, signal: abort.signal, going: () => {
            // what was written so far is shown while nothing is
            if (getState().open && getState().writing?.doing === 'paused') void look(true)
            return mine.going
          },
          ask: (queries, signal) => {
            if (own === 0) began = performance.now()
            return source.answerAll(queries, undefined, signal)
          },
          keep: async (answers) => {
            await client.add(record.id, answers)
            own += answers.length
          },
          tell: (done, last) => setState(({ writing }) => {
            if (writing === undefined) return {}
            const each = own < SETTLED ? undefined : (performance.now() - began) / own / 1000
            return { writing: { ...writing, done, last, secondsLeft: each === undefined ? undefined : each * (rows.length - done) } }
          }),
        })
      } catch (error) {
        if (!abort.signal.aborted) fail(error)
      } finally {
        atWork = undefined
        setState({ writing: undefined })
        lookWhereOpen()
      }
    },
    pause: () => {
      const work = atWork
      const { writing } = getState()
      if (work === undefined || writing?.doing !== 'writing') return
      work.going = new Promise((resolve) => { work.resume = resolve })
      setState({ writing: { ...writing, doing: 'paused' } })
    },
    goOn: () => {
      const { writing } = getState()
      if (writing?.doing !== 'paused') return
      atWork?.resume()
      setState({ writing: { ...writing, doing: 'writing', secondsLeft: undefined } })
    },
    stop: () => {
      atWork?.abort.abort(new Error('writing was stopped; what was written is kept'))
      atWork?.resume()
      setState(({ writing }) => (writing === undefined ? {} : { writing: { ...writing, doing: 'stopping' } }))
    },
    measure: async () => {
      const { look: shown } = getState()
      if (shown?.is !== 'shown' || looking === undefined) return
      const { signal } = looking
      setState({ worth: { is: 'measuring' }, failure: undefined })
      try {
        const { worthOf } = await import('./preview.ts')
        const settings = settingsNow()
        const shop = await library.settled()
        const worth = await worthOf(shop, settings, planTasks(shop.dataset, settings), shown.preview.texts, signal)
        if (!signal.aborted) setState({ worth: { is: 'measured', ...worth } })
      } catch (error) {
        if (!signal.aborted) setState({ worth: undefined, failure: sentenceOf(error) })
      }
    },
    imitations: async (settings) => {
      const { stages, sftFrom } = settings
      if (!stages.includes('sft') || (sftFrom !== 'file' && sftFrom !== 'teacher')) return undefined
      if (sftFrom === 'file') {
        await list()
        const record = getState().records.find(({ id, kind }) => kind === 'file' && id === getState().file)
        if (record === undefined) throw new Error(`sftFrom is file, but no file of texts is chosen; open ${SHEET} and give one, or set sftFrom to copy, labels or rejection`)
        return client.read(record.id)
      }
      const { preview: { texts, cut, strange }, waiting } = await preview(settings, await library.settled(), new AbortController().signal)
      if (texts.length === 0) {
        const left = [waiting > 0 ? `${waiting} rows wait for an answer` : '', cut > 0 ? `${cut} were cut at maxNewTokens` : '', strange > 0 ? `${strange} break the format` : ''].filter((part) => part !== '')
        throw new Error(`sftFrom is teacher, but none of its answers to these rows can be imitated (${left.join(', ')}); open ${SHEET} and let it write, or set sftFrom to copy, labels or rejection`)
      }
      return texts.map(({ prompt, completion }) => ({ prompt, completion }))
    },
  }
  return self
}

function remembered(memory: TeacherWorld['memory']): Partial<Pick<TeacherState, 'file' | 'model' | 'strict'>> {
  try {
    const { file, model, strict } = JSON.parse(memory.getItem(KEPT) ?? '{}') as Readonly<Record<string, unknown>>
    return { ...(typeof file === 'string' ? { file } : {}), ...(typeof model === 'string' ? { model } : {}), ...(typeof strict === 'boolean' ? { strict } : {}) }
  } catch {
    return {}
  }
}
