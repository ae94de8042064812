// The store of the policies that can be trained: the embedded one, those kept in this browser, and one that is looked at before it is brought here.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { FetchProgress, ModelRecord, ModelSource, ModelsService } from '../../client/models.ts'
import { isEmbedded, type EmbeddedPolicy } from '../../domain/embedded.ts'
import type { RawConfig } from '../../domain/modelConfig.ts'
import type { GivenAdapter } from './engine.ts'
import type { AdapterFolder, FolderSource } from './modelFolder.ts'
import { createPace, type Pace } from '../run/rate.ts'
import { sentenceOf } from '../sentence.ts'

export type { ModelRecord, ModelSource } from '../../client/models.ts'

/** The embedded policy of the settings' defaults. */
export const SAMPLE: EmbeddedPolicy = 'sample'

/** A policy that was looked at, and where its files come from; undefined for what is kept whole. */
export interface Offer {
  readonly record: ModelRecord
  readonly source: ModelSource | undefined
}

export interface Fetching extends Pace {
  readonly id: string
  /** a folder's files are copied, a hub's come over the network */
  readonly from: ModelSource['kind']
  readonly file: string
  readonly bytes: number
  readonly of: number
  /** a stop was asked for */
  readonly stopping: boolean
}

export interface PoliciesState {
  /** whether the sheet is open */
  readonly open: boolean
  readonly kept: readonly ModelRecord[]
  /** config.json of the embedded policies, which differ in their weights alone, once somebody looked */
  readonly sample: RawConfig | undefined
  /** what the sheet looks at; undefined: an embedded policy */
  readonly offer: Offer | undefined
  /** the embedded policy that is looked at where nothing else is */
  readonly embedded: EmbeddedPolicy
  /** what is being looked up */
  readonly asking: string | undefined
  readonly fetching: Fetching | undefined
  readonly failure: string | undefined
  /** a PEFT adapter to continue from, held in memory */
  readonly adapter: GivenAdapter | undefined
}

export interface PoliciesClient {
  readonly models: ModelsService
  sampleConfig(): Promise<RawConfig>
  /** asks the browser not to clear what is kept on its own */
  persist(): Promise<boolean>
  now(): number
}

export interface Policies extends StoreApi<PoliciesState> {
  /** Opens the sheet; `id`: the policy that it looks at first. */
  readonly show: (id?: string, mirror?: string) => void
  readonly close: () => void
  /** Looks up what is kept. */
  readonly look: () => Promise<void>
  /** Looks at the embedded policy or at a kept one. `mirror`: where an interrupted one goes on from. */
  readonly choose: (id: string, mirror: string) => void
  /** Looks at a policy of the hub, without bringing it here. `id` may end in `@revision`. */
  readonly lookUp: (id: string, mirror: string, token: string) => Promise<void>
  /** Looks at a dropped or chosen folder, and opens the sheet. */
  readonly offerFolder: (source: FolderSource) => Promise<void>
  /** Brings the offered policy here, going on where it stopped; resolves with its id once it is whole, else with undefined. */
  readonly fetch: () => Promise<string | undefined>
  readonly stop: () => Promise<void>
  readonly remove: (id: string) => Promise<void>
  readonly takeAdapter: (folder: AdapterFolder | undefined) => Promise<void>
  /** Says why something could not be done. */
  readonly fail: (reason: string) => void
}

/** More often than this nobody sees bytes count. */
const TELL_EVERY_MS = 100

export function hubSource(text: string, mirror: string, token: string): ModelSource {
  const id = text.trim().replace(/^https:\/\/huggingface\.co\//, '').replace(/\/+$/, '')
  const [name = '', revision = 'main'] = id.split('@')
  if (!/^\w[\w.-]*\/\w[\w.-]*$/.test(name)) throw new Error(`"${text.trim()}" is no id of a model hub; write owner/name, for example Qwen/Qwen2.5-0.5B-Instruct`)
  return { kind: 'hub', id: name, revision, mirror: mirror.trim().replace(/\/+$/, ''), ...(token.trim() === '' ? {} : { token: token.trim() }) }
}

/** config.json of what the sheet looks at; undefined until it is known. */
export function chosenConfig({ offer, sample }: Pick<PoliciesState, 'offer' | 'sample'>): RawConfig | undefined {
  return offer === undefined ? sample : offer.record.config
}

/** The id of what the sheet looks at. */
export function chosenId({ offer, embedded }: Pick<PoliciesState, 'offer' | 'embedded'>): string {
  return offer?.record.id ?? embedded
}

export function keptBytes({ files }: ModelRecord): number {
  return files.reduce((sum, { kept }) => sum + kept, 0)
}

export function createPolicies(client: PoliciesClient): Policies {
  const store = createStore<PoliciesState>(() => ({
    open: false, kept: [], sample: undefined, offer: undefined, embedded: SAMPLE, asking: undefined, fetching: undefined, failure: undefined, adapter: undefined,
  }))
  const { getState, setState } = store
  let latest = 0
  /** kept for going on within this visit: a token is stored nowhere else, and a folder's files cannot be asked for again */
  const sources = new Map<string, ModelSource>()

  const look = async (): Promise<void> => {
    try {
      const kept = await client.models.list()
      const { offer } = getState()
      const now = kept.find(({ id }) => id === offer?.record.id)
      setState({ kept, ...(now === undefined || offer === undefined ? {} : { offer: { ...offer, record: now } }) })
    } catch (error) {
      setState({ failure: sentenceOf(error) })
    }
  }

  /** Only the latest look is heard. */
  const inspect = async (what: string, source: () => ModelSource): Promise<void> => {
    const mine = ++latest
    setState({ open: true, asking: what, failure: undefined })
    try {
      const from = source()
      const record = await client.models.inspect(from)
      if (mine !== latest) return
      sources.set(record.id, from)
      setState({ offer: { record, source: record.complete ? undefined : from } })
    } catch (error) {
      if (mine === latest) setState({ failure: sentenceOf(error) })
    } finally {
      if (mine === latest) setState({ asking: undefined })
    }
  }

  const choose = (id: string, mirror: string): void => {
    latest++
    const record = getState().kept.find((kept) => kept.id === id)
    const hub = record?.source === 'hub' ? hubSource(id, mirror, '') : undefined
    const source = record?.complete === true ? undefined : sources.get(id) ?? hub
    setState({ offer: record === undefined ? undefined : { record, source }, embedded: isEmbedded(id) ? id : SAMPLE, asking: undefined, failure: undefined })
  }

  const teller = (id: string, from: ModelSource['kind']): ((progress: FetchProgress) => void) => {
    const pace = createPace(() => client.now())
    let told = -Infinity
    return ({ file, totalBytes: bytes, totalOf: of }) => {
      const { fetching } = getState()
      const at = client.now()
      const last = pace(bytes, of)
      if (fetching?.id !== id || (at - told < TELL_EVERY_MS && bytes < of)) return
      told = at
      setState({ fetching: { id, from, file, bytes, of, stopping: fetching.stopping, ...last } })
    }
  }

  return {
    ...store,
    look,
    show: (id, mirror = '') => {
      setState({ open: true, failure: undefined })
      const asked = latest
      void look().then(() => { if (id !== undefined && latest === asked) choose(id, mirror) })
      if (getState().sample === undefined) client.sampleConfig().then((sample) => setState({ sample }), (error: unknown) => setState({ failure: sentenceOf(error) }))
    },
    close: () => {
      latest++
      setState({ open: false, asking: undefined, failure: undefined })
    },
    choose,
    lookUp: (id, mirror, token) => inspect(id.trim(), () => hubSource(id, mirror, token)),
    offerFolder: (source) => inspect(source.name, () => source),
    fetch: async () => {
      const { offer, embedded, fetching } = getState()
      if (offer === undefined) return embedded
      const { record, source } = offer
      if (record.complete) return record.id
      if (fetching !== undefined) {
        setState({ failure: `${fetching.id} is being brought here; wait for it or stop it first` })
        return undefined
      }
      if (source === undefined) {
        setState({ failure: `${record.id} is not whole, and its folder is no longer at hand; drop the folder again to go on` })
        return undefined
      }
      setState({
        failure: undefined, fetching: {
          id: record.id, from: source.kind, file: '', bytes: keptBytes(record), of: record.bytes, stopping: false, bytesPerSecond: undefined, secondsLeft: undefined,
        },
      })
      void client.persist().catch(() => false)
      try {
        const whole = await client.models.add(source, teller(record.id, source.kind))
        if (getState().offer?.record.id === whole.id) setState({ offer: { record: whole, source: undefined } })
        return whole.id
      } catch (error) {
        // a stop that was asked for is no failure
        if (getState().fetching?.stopping !== true) setState({ failure: sentenceOf(error) })
        return undefined
      } finally {
        setState({ fetching: undefined })
        await look()
      }
    },
    stop: async () => {
      const { fetching } = getState()
      if (fetching === undefined) return
      setState({ fetching: { ...fetching, stopping: true } })
      await client.models.stop(fetching.id).catch((error: unknown) => setState({ failure: sentenceOf(error) }))
    },
    remove: async (id) => {
      try {
        await client.models.remove(id)
        if (getState().offer?.record.id === id) setState({ offer: undefined })
      } catch (error) {
        setState({ failure: sentenceOf(error) })
      }
      await look()
    },
    takeAdapter: async (folder) => {
      if (folder === undefined) {
        setState({ adapter: undefined })
        return
      }
      try {
        const [config, weights] = await Promise.all([folder.config.arrayBuffer(), folder.weights.arrayBuffer()])
        setState({ adapter: { name: folder.name, config, weights }, failure: undefined })
      } catch (error) {
        setState({ failure: `adapter ${folder.name} could not be read: ${sentenceOf(error)}` })
      }
    },
    fail: (reason) => setState({ failure: reason, open: true }),
  }
}
