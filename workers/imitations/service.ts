// Keeps texts to imitate in the browser: files of them as they were read, and a teacher's answers as they come.
import type { Imitation } from '../../src/domain/imitation.ts'
import type { ImitationRecord, ImitationsService, TaughtRows, TeacherAnswer } from '../../src/protocol/imitations.ts'
import type { IngestProgress } from '../../src/protocol/ingest.ts'
import type { FrozenReference } from '../../src/protocol/sources.ts'
import { readImitations, textsOf } from '../ingest/imitations.ts'
import { digestOf } from '../store/blocks.ts'
import type { ImitationShelf } from './shelf.ts'

export interface World {
  readonly shelf: ImitationShelf
  readonly now: () => number
  /** Does it while no other tab writes or clears up here: what is half written looks like debris. */
  readonly alone: <Value>(work: () => Promise<Value>) => Promise<Value>
}

const RECORD = 'imitations.json'
const TEXTS = 'texts.jsonl'
const ANSWERS = 'answers.jsonl'
/** Files named in a title. */
const NAMED = 3

const idOf = async (kind: string, made: string): Promise<string> => `${kind}-${(await digestOf(new TextEncoder().encode(made))).slice(0, 16)}`

export class ImitationStore implements ImitationsService {
  #reading: AbortController | undefined

  constructor(private readonly world: World) {}

  list(): Promise<ImitationRecord[]> {
    return this.world.alone(async () => {
      const records: ImitationRecord[] = []
      for (const name of await this.world.shelf.names()) {
        const record = await this.#record(name)
        if (record === undefined) await this.world.shelf.remove(name)
        else records.push(record)
      }
      return records.sort((a, b) => a.addedAt - b.addedAt)
    })
  }

  recognise(file: File): Promise<string | undefined> {
    return textsOf(file)
  }

  async keep(files: readonly File[], onProgress?: (progress: IngestProgress) => void): Promise<ImitationRecord> {
    if (this.#reading !== undefined) throw new Error('texts are being read; wait for them, or cancel that')
    const reading = new AbortController()
    this.#reading = reading
    try {
      const { imitations, report } = await readImitations(files, { signal: reading.signal, ...(onProgress === undefined ? {} : { onProgress }) })
      const lines = imitations.map((imitation) => `${JSON.stringify(imitation)}\n`).join('')
      const id = await idOf('file', lines)
      reading.signal.throwIfAborted()
      const names = files.slice(0, NAMED).map(({ name }) => name).join(', ')
      const title = files.length > NAMED ? `${names} and ${files.length - NAMED} more` : names
      return await this.world.alone(async () => await this.#record(id) ?? this.#write({ id, kind: 'file', title, addedAt: this.world.now(), report }, TEXTS, lines))
    } finally {
      this.#reading = undefined
    }
  }

  async read(id: string): Promise<Imitation[]> {
    const lines = (await this.#text(id, TEXTS)).split('\n').slice(0, -1)
    try {
      return lines.map((line) => JSON.parse(line) as Imitation)
    } catch (error) {
      throw new Error(`texts ${id} are damaged on the disk; remove them, and add their file again`, { cause: error })
    }
  }

  async taught(title: string, reference: FrozenReference, rows: TaughtRows): Promise<ImitationRecord> {
    // the same weights write the same on any device
    const { device: _, ...weights } = reference
    const id = await idOf('teacher', JSON.stringify([weights, rows.task, rows.taskVersion, rows.dataset.hash]))
    return this.world.alone(async () => await this.#record(id) ?? this.#write({ id, kind: 'teacher', title, addedAt: this.world.now(), reference, rows }, ANSWERS, ''))
  }

  /** An answer that a crash cut off is none: it is asked for again. */
  async answers(id: string): Promise<TeacherAnswer[]> {
    const whole = (line: string): TeacherAnswer[] => {
      try {
        return [JSON.parse(line) as TeacherAnswer]
      } catch {
        return []
      }
    }
    return (await this.#text(id, ANSWERS)).split('\n').flatMap(whole)
  }

  add(id: string, answers: readonly TeacherAnswer[]): Promise<void> {
    return this.world.alone(async () => {
      if (await this.#record(id) === undefined) throw new Error('these answers were removed meanwhile; begin again to keep what is written')
      try {
        // begins a line of its own, whatever a crash cut off before it
        await this.world.shelf.append(id, ANSWERS, answers.map((answer) => `\n${JSON.stringify(answer)}\n`).join(''))
      } catch (error) {
        if (!(error instanceof DOMException && error.name === 'QuotaExceededError')) throw error
        throw new Error('the browser’s store is full: the last answers were not kept, those before them were; remove a stored data set or run, and go on', { cause: error })
      }
    })
  }

  remove(id: string): Promise<void> {
    return this.world.alone(async () => {
      await this.world.shelf.remove(id, RECORD)
      await this.world.shelf.remove(id)
    })
  }

  cancel(): Promise<void> {
    this.#reading?.abort(new Error('reading was cancelled; nothing of these files was kept'))
    return Promise.resolve()
  }

  async #write(record: ImitationRecord, file: string, lines: string): Promise<ImitationRecord> {
    await this.world.shelf.write(record.id, file, lines)
    await this.world.shelf.write(record.id, RECORD, JSON.stringify(record))
    return record
  }

  async #record(id: string): Promise<ImitationRecord | undefined> {
    const text = await this.world.shelf.read(id, RECORD)
    if (text === undefined) return undefined
    try {
      return JSON.parse(text) as ImitationRecord
    } catch {
      return undefined
    }
  }

  async #text(id: string, file: string): Promise<string> {
    const text = await this.world.shelf.read(id, file)
    if (text === undefined) throw new Error(`texts ${id} are not kept in this browser; add their file, or let the teacher write again`)
    return text
  }
}
