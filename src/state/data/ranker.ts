// Keeps one recommender open over one dataset, as the settings last asked: opened anew when they ask for another, the old one closed after.
import type { Authorisation, DenseModelFiles, OpenOptions, OpenRecommender } from '../../client/opened.ts'
import type { Dataset } from '../../domain/dataset.ts'
import type { RecommenderSpec } from '../../domain/recommender.ts'
import type { Settings } from '../../domain/settings.ts'
import { specOf } from '../../domain/spec.ts'
import { sentenceOf } from '../sentence.ts'

type Catalogue = Pick<Dataset, 'hash' | 'productCount'>
type Open = (dataset: Catalogue, spec: RecommenderSpec, options?: OpenOptions) => Promise<OpenRecommender>
/** A dropped encoder; it stands for the setting `encoder` of its name. */
export interface EncoderFolder {
  readonly name: string
  readonly files: DenseModelFiles
}

/** What a recommender may need besides its spec, and what is held in memory only. */
export interface Extras {
  /** for the server at `origin` and no other: whatever changes the address must not carry the secret along */
  readonly authorisation?: (Authorisation & { readonly origin: string }) | undefined
  readonly folder?: EncoderFolder | undefined
}

export type Ranking =
  | { readonly is: 'ready' }
  | { readonly is: 'opening'; /** the recommender's kind */ readonly what: string; /** 0 to 1 */ readonly share: number }
  /** the recommender of before goes on ranking, where there was one */
  | { readonly is: 'failed'; readonly reason: string }

interface Wanted {
  readonly spec: RecommenderSpec
  readonly key: string
}

const READY: Ranking = { is: 'ready' }
const LEXICAL: ReadonlySet<RecommenderSpec['kind']> = new Set(['minisearch', 'bm25', 'lucene'])

/** A recommender that could not be opened: its catalogue is there to be looked at, and every ranking says why there is none. */
function unopened(name: string, reason: unknown): OpenRecommender {
  const refuse = (): Promise<never> => Promise.reject(reason instanceof Error ? reason : new Error(sentenceOf(reason)))
  return { recommender: { name, rank: refuse }, failed: new Promise(() => undefined), close: () => undefined }
}

/** Scheme, host and port of an address; the empty text where it is none. */
export function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : ''
}

export class Ranker {
  state: Ranking = READY
  #extras: Extras = {}
  #dataset: Catalogue | undefined
  #opened: { readonly key: string; readonly spec: RecommenderSpec | undefined; readonly recommender: OpenRecommender } | undefined
  #opening: { readonly abort: AbortController; readonly done: Promise<void> } | undefined

  /** `onChange` hears of every new recommender of the open dataset, and of how far the next one is. */
  constructor(
    private readonly openWith: Open, private settings: Settings,
    private readonly onChange: (opened: OpenRecommender | undefined, state: Ranking) => void,
  ) {}

  /** The header, where it was meant for the server that the settings name. */
  #authorisation(): Authorisation | undefined {
    const { authorisation } = this.#extras
    if (authorisation === undefined || authorisation.origin !== originOf(this.settings.httpUrl)) return undefined
    return { name: authorisation.name, value: authorisation.value }
  }

  /** What ranks now, which is not always what the settings ask for; undefined where nothing does. */
  get spec(): RecommenderSpec | undefined {
    return this.#opened?.spec
  }

  #memory(): Pick<OpenOptions, 'authorisation' | 'files'> {
    const { folder } = this.#extras
    const authorisation = this.#authorisation()
    const named = folder?.name === this.settings.encoder.trim()
    return { ...(authorisation === undefined ? {} : { authorisation }), ...(folder !== undefined && named ? { files: folder.files } : {}) }
  }

  /** The spec and what it is opened with. Throws where the settings don't fit together. */
  #wanted(): Wanted {
    const spec = specOf(this.settings)
    return { spec, key: JSON.stringify(spec) }
  }

  /**
   * Opens the recommender for another dataset, which then stands instead of the one before. A lexical one that fails rejects, for then the
   * catalogue is unreadable; where settings don't fit together, and of others (a server, an encoder), the dataset is none the worse, and `state`
   * says what is wrong.
   */
  async open(dataset: Catalogue, onProgress: (share: number) => void, signal: AbortSignal): Promise<OpenRecommender> {
    const { recommender: kind } = this.settings
    let spec: RecommenderSpec | undefined
    let opened: OpenRecommender
    let state = READY
    let key = ''
    try {
      const wanted = this.#wanted()
      spec = wanted.spec
      opened = await this.openWith(dataset, spec, { ...this.#memory(), onProgress, signal })
      key = wanted.key
    } catch (error) {
      if (signal.aborted || (spec !== undefined && LEXICAL.has(spec.kind))) throw error
      opened = unopened(kind, error)
      state = { is: 'failed', reason: sentenceOf(error) }
    }
    if (signal.aborted) {
      opened.close()
      signal.throwIfAborted()
    }
    this.#giveUpOpening()
    this.#opened?.recommender.close()
    this.#opened = { key, spec: state === READY ? spec : undefined, recommender: opened }
    this.#dataset = dataset
    this.state = state
    // the settings may have changed meanwhile
    if (state === READY) queueMicrotask(() => this.rankBy(this.settings))
    return opened
  }

  /** Ranks by these settings from now on. The last call counts. */
  rankBy(settings: Settings): void {
    this.settings = settings
    this.#reopen(false)
  }

  /** Changes what is in memory only: a server's authorisation, the folder of an encoder. */
  equip(extras: Extras): void {
    this.#extras = { ...this.#extras, ...extras }
    const { authorise } = this.#opened?.recommender ?? {}
    if (extras.folder === undefined && authorise !== undefined) void authorise(this.#authorisation())
    // a folder of another name waits until the settings name it
    else if (extras.folder === undefined || extras.folder.name === this.settings.encoder.trim()) this.#reopen(true)
  }

  /** Tries again after a failure or a cancelling; an encoder goes on where it stopped. */
  again(): void {
    this.#reopen(true)
  }

  /** Resolves once the recommender is what the settings ask for; rejects with the reason when that cannot be. */
  async settled(): Promise<void> {
    while (this.#opening !== undefined) await this.#opening.done
    if (this.state.is === 'failed') throw new Error(this.state.reason)
  }

  /** Gives up opening the next recommender; the one before goes on. */
  cancel(): void {
    this.#opening?.abort.abort(new Error('opening the recommender was cancelled; what it has done so far is kept where it can be'))
  }

  close(): void {
    this.#giveUpOpening()
    this.#opened?.recommender.close()
    this.#opened = this.#dataset = undefined
    this.state = READY
  }

  #giveUpOpening(): void {
    this.#opening?.abort.abort()
    this.#opening = undefined
  }

  #reopen(anyway: boolean): void {
    const dataset = this.#dataset
    if (dataset === undefined) return
    let wanted: Wanted
    try {
      wanted = this.#wanted()
    } catch (error) {
      this.#giveUpOpening()
      this.#tell({ is: 'failed', reason: sentenceOf(error) })
      return
    }
    if (!anyway && this.#opened?.key === wanted.key) {
      this.#giveUpOpening()
      if (this.state.is !== 'ready') this.#tell(READY)
      return
    }
    this.#giveUpOpening()
    const abort = new AbortController()
    const opening = { abort, done: Promise.resolve() }
    opening.done = this.#swap(dataset, wanted, opening)
    this.#opening = opening
  }

  async #swap(dataset: Catalogue, { spec, key }: Wanted, mine: { readonly abort: AbortController }): Promise<void> {
    const { signal } = mine.abort
    const latest = (): boolean => this.#opening === mine
    // in a task of its own, so that #opening is this one
    await Promise.resolve()
    if (!latest()) return
    this.#tell({ is: 'opening', what: spec.kind, share: 0 })
    try {
      const opened = await this.openWith(dataset, spec, {
        ...this.#memory(), signal, onProgress: (share) => { if (latest()) this.#tell({ is: 'opening', what: spec.kind, share }) },
      })
      if (!latest() || signal.aborted) {
        opened.close()
        signal.throwIfAborted()
        return
      }
      const before = this.#opened?.recommender
      this.#opened = { key, spec, recommender: opened }
      this.#opening = undefined
      this.state = READY
      this.onChange(opened, READY)
      before?.close()
    } catch (error) {
      if (!latest()) return
      this.#opening = undefined
      this.#tell({ is: 'failed', reason: sentenceOf(error) })
    }
  }

  #tell(state: Ranking): void {
    this.state = state
    this.onChange(undefined, state)
  }
}
