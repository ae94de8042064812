// The policy engine as the page sees it: starting, ready with a loaded policy, absent for a reason, or lost.
import type { Connection } from '../../client/connection.ts'
import type { AdapterDescription, LoadOptions, LoadProgress, ModelFiles, PolicyInfo, PolicyService, Trainable } from '../../client/policy.ts'
import { isEmbedded, type EmbeddedPolicy } from '../../domain/embedded.ts'
import type { RawConfig } from '../../domain/modelConfig.ts'
import type { Settings } from '../../domain/settings.ts'
import type { LoadedRecord } from '../../experiment/events.ts'
import { adapterRecord } from './adapterSettings.ts'
import { trainableOf } from './loading.ts'
import { configOf, needOf } from './need.ts'
import { sentenceOf } from '../sentence.ts'

export type EngineStatus =
  | { readonly is: 'starting'; readonly doing: string; readonly progress?: LoadProgress }
  | { readonly is: 'ready'; readonly info: PolicyInfo; readonly loaded: LoadedPolicy }
  /** there is no device, or the policy could not be loaded onto it: the reason with its remedy */
  | { readonly is: 'absent'; readonly missing: 'device' | 'policy'; readonly reason: string }
  /** it ran, and then the device was lost or the worker crashed */
  | { readonly is: 'lost'; readonly reason: string }

/** What the engine holds, and how it was asked for. */
export interface LoadedPolicy {
  readonly policy: string
  /** the adapter that training continues from */
  readonly adapter: LoadedRecord['adapter']
  /** config.json */
  readonly config: RawConfig
  readonly settings: Settings
}

/** A PEFT adapter's two files. */
export interface GivenAdapter {
  readonly name: string
  readonly config: ArrayBuffer
  readonly weights: ArrayBuffer
}

export interface EngineClient {
  openPolicy(): Connection<PolicyService>
  loadSamplePolicy(id: EmbeddedPolicy): Promise<ModelFiles>
  /** The files of a policy that is kept in this browser; rejects with a sentence where it is not kept whole. */
  openModel(id: string): Promise<ModelFiles>
}

/** What of the data decides how much memory a run needs. */
export interface EngineData {
  /** characters of the longest prompt under these settings */
  longestPrompt(settings: Settings): number
}

/** Nothing was begun: the settings, the files or the memory don't allow it. */
class Refusal extends Error {}

/** Something newer was asked for before this was loaded. */
class Superseded extends Error {
  constructor({ policy }: Settings) {
    super(`policy ${policy} was not loaded, for something else was asked for in the meantime; ask for it again`)
  }
}

interface Wanted {
  readonly key: string
  readonly files: ModelFiles
  readonly trainable: Trainable
  readonly options: LoadOptions
  readonly loaded: LoadedPolicy
}

/** One policy worker at a time, with the policy of the settings loaded; `status` hears of every change, and of the adapter once it is known. */
export class Engine {
  readonly #client: EngineClient & EngineData
  readonly #status: (status: EngineStatus, adapter: AdapterDescription | undefined) => void
  #connection: Connection<PolicyService> | undefined
  #adapter: AdapterDescription | undefined
  #info: PolicyInfo | undefined
  /** the files that were opened last: the embedded policy's, or handles of what is kept */
  #files: { readonly policy: string; readonly files: Promise<ModelFiles> } | undefined
  #given: GivenAdapter | undefined
  /** counts the adapters given, so that one of the same name is another */
  #givenCount = 0
  /** what is loaded or loading, by how it was asked for */
  #loaded: { readonly key: string; readonly info: Promise<PolicyInfo> } | undefined
  /** a load is under way on this worker, which nothing but the worker's end breaks off */
  #loading = false
  #opening: Promise<PolicyService> | undefined
  /** calls of `ready` so far: only the latest has its way */
  #wishes = 0
  /** calls of `ready` that are not settled */
  readonly #unsettled = new Set<number>()
  /** the policy that the device holds, or that is on its way there */
  #shown: string | undefined

  constructor(client: EngineClient & EngineData, status: (status: EngineStatus, adapter: AdapterDescription | undefined) => void) {
    this.#client = client
    this.#status = status
  }

  /** The running service, or undefined while there is none. */
  get service(): PolicyService | undefined {
    return this.#connection?.service
  }

  /** What is loaded, or undefined while nothing is. */
  get info(): PolicyInfo | undefined {
    return this.#info
  }

  /** The adapter that the next load continues from, on whatever policy it is. */
  equip(adapter: GivenAdapter | undefined): void {
    this.#given = adapter
    this.#givenCount++
  }

  /**
   * Loads the policy as `settings` want it trained, unless exactly that is loaded and untouched. Rejects with the reason, before anything
   * is loaded where it cannot fit. Only the latest call has its way: what an older one still loads is broken off by ending its worker, unless both want the same.
   */
  async ready(settings: Settings): Promise<{ service: PolicyService; info: PolicyInfo; loaded: LoadedPolicy }> {
    const wish = ++this.#wishes
    const [given, givenCount] = [this.#given, this.#givenCount]
    this.#unsettled.add(wish)
    let opening = this.#opening ??= this.#open()
    let missing: 'device' | 'policy' = 'device'
    let own: { readonly key: string } | undefined
    try {
      let service = await opening
      missing = 'policy'
      const wanted = await this.#wanted(settings, given, givenCount)
      if (wish !== this.#wishes || this.#opening !== opening) throw new Superseded(settings)
      if (this.#loaded?.key !== wanted.key) {
        if (this.#loading) {
          this.#end()
          missing = 'device'
          opening = this.#opening = this.#open()
          service = await opening
          missing = 'policy'
          if (wish !== this.#wishes || this.#opening !== opening) throw new Superseded(settings)
        }
        this.#loaded = { key: wanted.key, info: this.#load(service, wanted) }
      }
      own = this.#loaded
      const info = await this.#loaded.info
      if (this.#opening !== opening) throw new Superseded(settings)
      return { service, info, loaded: wanted.loaded }
    } catch (error) {
      // what failed is not joined again
      if (own !== undefined && this.#loaded === own) [this.#loaded, this.#shown] = [undefined, undefined]
      // a newer call tells how it ends itself
      const newer = [...this.#unsettled].some((other) => other > wish)
      if (this.#opening === opening && !newer && !(error instanceof Superseded)) {
        if (error instanceof Refusal) this.#refuse(settings, error)
        else this.#close({ is: 'absent', missing, reason: sentenceOf(error) })
      }
      throw error
    } finally {
      this.#unsettled.delete(wish)
    }
  }

  /** Says that the loaded weights are no longer those of the files, so that the next `ready` loads them again. What still loads is untouched. */
  touched(): void {
    if (!this.#loading) this.#loaded = undefined
  }

  /** Forgets the files of a policy, which may have changed or gone. */
  forget(policy: string): void {
    if (this.#files?.policy === policy) this.#files = undefined
  }

  /** Ends the worker; the next `ready` starts a fresh one. */
  restart(): void {
    this.#close({ is: 'starting', doing: 'starting again' })
  }

  async #open(): Promise<PolicyService> {
    this.#tell({ is: 'starting', doing: 'asking for a WebGPU device' })
    const connection = this.#client.openPolicy()
    this.#connection = connection
    void connection.failed.then((reason) => this.#lost(connection, sentenceOf(reason)))
    this.#adapter = await connection.service.start()
    void connection.service.lost().then((reason) => this.#lost(connection, `the GPU device was lost: ${reason}`), () => undefined)
    return connection.service
  }

  /** What to load; a Refusal where the settings, the files or the memory don't allow it. Nothing on the device is touched. */
  async #wanted(settings: Settings, given: GivenAdapter | undefined, givenCount: number): Promise<Wanted> {
    try {
      const files = await this.#filesOf(settings.policy)
      const trainable = trainableOf(settings)
      if (given !== undefined && trainable.kind === 'full') {
        throw new Error(`adapter ${given.name} continues low-rank training, but trainable is full; set trainable to lora, or leave the adapter out`)
      }
      const config = configOf(files.config)
      const { options: planned, allowed, refusal } = needOf(config, settings, this.#adapter, this.#client.longestPrompt(settings))
      if (planned === undefined || refusal !== undefined) throw new Error(refusal)
      // the engine holds itself to what the plan was judged by
      const options: LoadOptions = { ...planned, ...(allowed === undefined ? {} : { budgetBytes: allowed }) }
      return {
        key: JSON.stringify([settings.policy, givenCount, trainable, options]), trainable, options,
        files: given === undefined ? files : { ...files, adapterConfig: given.config, adapterWeights: given.weights },
        loaded: { policy: settings.policy, adapter: given && adapterRecord(given.name, given), config, settings },
      }
    } catch (error) {
      throw new Refusal(sentenceOf(error), { cause: error })
    }
  }

  #filesOf(policy: string): Promise<ModelFiles> {
    if (this.#files?.policy === policy) return this.#files.files
    const files = isEmbedded(policy) ? this.#client.loadSamplePolicy(policy) : this.#client.openModel(policy)
    this.#files = { policy, files }
    // what could not be opened may be there the next time
    files.catch(() => { if (this.#files?.files === files) this.#files = undefined })
    return files
  }

  async #load(service: PolicyService, { files, trainable, options, loaded }: Wanted): Promise<PolicyInfo> {
    const doing = 'loading the policy'
    const before = this.#shown
    const ended = (): boolean => this.#connection?.service !== service
    this.#shown = loaded.policy
    this.#loading = true
    this.#tell({ is: 'starting', doing })
    let going = true
    try {
      const info = await service.load(files, trainable, options, (progress) => {
        // progress crosses on a channel of its own, and may come after the result
        if (going && !ended()) this.#tell({ is: 'starting', doing, progress })
      }).finally(() => { going = false })
      // what another policy took here is not this one's peak
      if (before !== undefined && !ended()) await service.resetPeak()
      if (!ended()) this.#tell({ is: 'ready', info, loaded })
      return info
    } finally {
      if (!ended()) this.#loading = false
    }
  }

  /** What is loaded or loading stays when it is the policy asked for: only the run was refused. Another policy's refusal leaves none. */
  #refuse({ policy }: Settings, { message }: Refusal): void {
    if (this.#shown === policy) return
    const status: EngineStatus = { is: 'absent', missing: 'policy', reason: message }
    if (this.#loading) {
      this.#close(status)
      return
    }
    this.#loaded = undefined
    this.#shown = undefined
    this.#tell(status)
  }

  #lost(connection: Connection<PolicyService>, reason: string): void {
    if (this.#connection === connection) this.#close({ is: 'lost', reason })
  }

  #close(status: EngineStatus): void {
    this.#end()
    this.#tell(status)
  }

  /** Ends the worker, and with it whatever was asked of it. */
  #end(): void {
    this.#connection?.close()
    this.#connection = undefined
    this.#opening = undefined
    this.#loaded = undefined
    this.#loading = false
    this.#shown = undefined
  }

  #tell(status: EngineStatus): void {
    this.#info = status.is === 'ready' ? status.info : undefined
    this.#status(status, this.#adapter)
  }
}
