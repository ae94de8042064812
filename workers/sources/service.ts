// Keeps other systems' answers in the browser: a folder each in the private file system, read again when they are asked for.
import type { JudgedQuery } from '../../src/domain/dataset.ts'
import type { AskedQuery, FrozenReference, SourceEntry, SourceRecord, SourcesService } from '../../src/protocol/sources.ts'
import { digestOf } from '../store/blocks.ts'
import { type Entry, kindOf, readEntries } from './entries.ts'
import { type Matched, matchEntries, wordsOf } from './match.ts'

/** Small files by name; the record is written last and removed first, so that what stands without one is debris. */
export interface SourceShelf {
  names(): Promise<string[]>
  read(name: string, file: string): Promise<string | undefined>
  write(name: string, file: string, text: string): Promise<void>
  remove(name: string, file?: string): Promise<void>
}

export interface World {
  readonly shelf: SourceShelf
  /** every judged query of a stored dataset */
  readonly queries: (hash: string) => Promise<readonly JudgedQuery[]>
  readonly now: () => number
  /** Does it while no other tab writes or clears up here: what is half written looks like debris. */
  readonly alone: <Value>(work: () => Promise<Value>) => Promise<Value>
  /** frees what the browser's cache keeps of a hub's model; `whole`: the files that its other dtypes share, too */
  readonly forget: (reference: FrozenReference, whole: boolean) => Promise<void>
}

const RECORD = 'source.json'
const ENTRIES = 'entries.json'
/** Entries of this many sources stay in memory. */
const MOST_OPEN = 4

interface Opened {
  readonly entries: readonly Entry[]
  readonly byWords: ReadonlyMap<string, number>
  readonly matched: Map<string, Promise<Matched>>
}

export class SourceStore implements SourcesService {
  readonly #opened = new Map<string, Promise<Opened>>()

  constructor(private readonly world: World) {}

  list(): Promise<SourceRecord[]> {
    return this.world.alone(() => this.#list())
  }

  async #list(): Promise<SourceRecord[]> {
    const records: SourceRecord[] = []
    for (const name of await this.world.shelf.names()) {
      const record = await this.#record(name)
      if (record === undefined) await this.world.shelf.remove(name)
      else records.push(record)
    }
    return records.sort((a, b) => a.addedAt - b.addedAt)
  }

  recognise(file: File): Promise<'outputs' | 'run' | undefined> {
    return kindOf(file)
  }

  async keep(file: File): Promise<SourceRecord> {
    const { kind, format, entries, repeated, refused } = await readEntries(file)
    const text = JSON.stringify(entries)
    const id = `${kind}-${(await digestOf(new TextEncoder().encode(text))).slice(0, 16)}`
    const title = file.name.replace(/(\.(jsonl?|csv|tsv|txt|run|trec|parquet|gz))+$/i, '')
    const record: SourceRecord = { id, kind, title, addedAt: this.world.now(), file: file.name, format, queries: entries.length, repeated, refused }
    return this.world.alone(async () => await this.#record(id) ?? this.#write(record, text))
  }

  async keepModel(title: string, reference: FrozenReference): Promise<SourceRecord> {
    const id = `frozen-${(await digestOf(new TextEncoder().encode(JSON.stringify(reference)))).slice(0, 16)}`
    const record: SourceRecord = { id, kind: 'frozen', title, addedAt: this.world.now(), reference }
    return this.world.alone(async () => await this.#record(id) ?? this.#write(record, undefined))
  }

  remove(id: string): Promise<void> {
    return this.world.alone(() => this.#remove(id))
  }

  async #remove(id: string): Promise<void> {
    this.#opened.delete(id)
    const record = await this.#record(id)
    await this.world.shelf.remove(id, RECORD)
    await this.world.shelf.remove(id)
    if (record?.kind !== 'frozen' || record.reference.from !== 'hub') return
    const { model, mirror } = record.reference
    const others = (await this.#list()).filter((other) => other.kind === 'frozen' && other.reference.model === model && other.reference.mirror === mirror)
    // what another device runs, is the same graph
    if (!others.some((other) => other.kind === 'frozen' && other.reference.dtype === record.reference.dtype)) await this.world.forget(record.reference, others.length === 0)
  }

  async match(id: string, hash: string): Promise<Matched['report']> {
    return (await this.#matched(await this.#open(id), hash)).report
  }

  async answers(id: string, hash: string, queries: readonly AskedQuery[]): Promise<(SourceEntry | undefined)[]> {
    const opened = await this.#open(id)
    const { byQuery } = await this.#matched(opened, hash)
    return queries.map(({ id: queryId, text }) => {
      const place = (queryId === undefined ? undefined : byQuery.get(queryId)) ?? (queryId === undefined ? opened.byWords.get(wordsOf(text)) : undefined)
      return place === undefined ? undefined : said(opened.entries[place]!)
    })
  }

  #matched(opened: Opened, hash: string): Promise<Matched> {
    const known = opened.matched.get(hash)
    if (known !== undefined) return known
    const matching = this.world.queries(hash).then((queries) => matchEntries(opened.entries, queries))
    opened.matched.set(hash, matching)
    matching.catch(() => opened.matched.delete(hash))
    return matching
  }

  #open(id: string): Promise<Opened> {
    const known = this.#opened.get(id)
    if (known !== undefined) return known
    const opening = this.#read(id)
    this.#opened.set(id, opening)
    opening.catch(() => this.#opened.delete(id))
    for (const other of this.#opened.keys()) if (this.#opened.size > MOST_OPEN) this.#opened.delete(other)
    return opening
  }

  async #read(id: string): Promise<Opened> {
    const text = await this.world.shelf.read(id, ENTRIES)
    if (text === undefined) throw new Error(`source ${id} is not kept in this browser; add its file again`)
    const entries = JSON.parse(text) as readonly Entry[]
    const byWords = new Map<string, number>()
    // a numbered file's words are its rewrites'
    for (const [place, { query, numbered }] of entries.entries()) if (query !== '' && !numbered && !byWords.has(wordsOf(query))) byWords.set(wordsOf(query), place)
    return { entries, byWords, matched: new Map() }
  }

  async #record(id: string): Promise<SourceRecord | undefined> {
    const text = await this.world.shelf.read(id, RECORD)
    if (text === undefined) return undefined
    try {
      return JSON.parse(text) as SourceRecord
    } catch {
      return undefined
    }
  }

  async #write(record: SourceRecord, entries: string | undefined): Promise<SourceRecord> {
    try {
      if (entries !== undefined) await this.world.shelf.write(record.id, ENTRIES, entries)
      await this.world.shelf.write(record.id, RECORD, JSON.stringify(record))
    } catch (error) {
      await this.world.shelf.remove(record.id).catch(() => undefined)
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`${record.title} could not be kept in this browser (${reason}); free space by removing a kept run, model or dataset, and add it again`, { cause: error })
    }
    return record
  }
}

function said({ output, ranking }: Entry): SourceEntry | undefined {
  if (ranking !== undefined) return { kind: 'ranking', ...ranking }
  return output === undefined ? undefined : { kind: 'text', text: output }
}
