// The policy engine as the page sees it: starting, ready with a loaded policy, absent for a reason, or lost.
import type { Connection } from '../client/connection.ts'
import type { AdapterDescription, LoadOptions, LoadProgress, ModelFiles, PolicyInfo, PolicyService, Trainable } from '../client/policy.ts'
import type { RawConfig } from '../domain/modelConfig.ts'
import type { Settings } from '../domain/settings.ts'
import { trainableOf } from './loading.ts'
import { configOf, needOf } from './need.ts'
import { sentenceOf } from './sentence.ts'

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
  /** name of the adapter that training continues from */
  readonly adapter: string | undefined
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
  loadSamplePolicy(): Promise<ModelFiles>
  /** The files of a policy that is kept in this browser; rejects with a sentence where it is not kept whole. */
  openModel(id: string): Promise<ModelFiles>
}

/** What of the data decides how much memory a run needs. */
export interface EngineData {
  /** characters of the longest query */
  longestQuery(): number
}

/** Nothing was begun: the settings, the files or the memory don't allow it. */
class Refusal extends Error {}

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
  /** the files that were opened last: the embedded policy's, or handles of what is kept */
  #files: { readonly policy: string; readonly files: Promise<ModelFiles> } | undefined
  #given: GivenAdapter | undefined
  /** counts the adapters given, so that one of the same name is another */
  #givenCount = 0
  /** what is loaded or loading, by how it was asked for */
  #loaded: { readonly key: string; readonly info: Promise<PolicyInfo> } | undefined
  #opening: Promise<PolicyService> | undefined
  /** the policy that the device holds */
  #shown: string | undefined

  constructor(client: EngineClient & EngineData, status: (status: EngineStatus, adapter: AdapterDescription | undefined) => void) {
    this.#client = client
    this.#status = status
  }

  /** The running service, or undefined while there is none. */
  get service(): PolicyService | undefined {
    return this.#connection?.service
  }

  /** The adapter that the next load continues from, on whatever policy it is. */
  equip(adapter: GivenAdapter | undefined): void {
    this.#given = adapter
    this.#givenCount++
  }

  /** Loads the policy as `settings` want it trained, unless exactly that is loaded and untouched. Rejects with the reason, before anything is loaded where it cannot fit. */
  async ready(settings: Settings): Promise<{ service: PolicyService; info: PolicyInfo }> {
    this.#opening ??= this.#open()
    const opening = this.#opening
    let missing: 'device' | 'policy' = 'device'
    try {
      const service = await opening
      missing = 'policy'
      const wanted = await this.#wanted(settings)
      if (this.#loaded?.key !== wanted.key) this.#loaded = { key: wanted.key, info: this.#load(service, wanted) }
      return { service, info: await this.#loaded.info }
    } catch (error) {
      if (this.#opening === opening) {
        if (error instanceof Refusal) this.#refuse(settings, error)
        else this.#close({ is: 'absent', missing, reason: sentenceOf(error) })
      }
      throw error
    }
  }

  /** Says that the loaded weights are no longer those of the files, so that the next `ready` loads them again. */
  touched(): void {
    this.#loaded = undefined
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
  async #wanted(settings: Settings): Promise<Wanted> {
    const given = this.#given
    try {
      const files = await this.#filesOf(settings.policy)
      const trainable = trainableOf(settings)
      if (given !== undefined && trainable.kind === 'full') {
        throw new Error(`adapter ${given.name} continues low-rank training, but trainable is full; set trainable to lora, or leave the adapter out`)
      }
      const config = configOf(files.config)
      const { options, refusal } = needOf(config, settings, this.#adapter, this.#client.longestQuery())
      if (options === undefined || refusal !== undefined) throw new Error(refusal)
      return {
        key: JSON.stringify([settings.policy, this.#givenCount, trainable, options]), trainable, options,
        files: given === undefined ? files : { ...files, adapterConfig: given.config, adapterWeights: given.weights },
        loaded: { policy: settings.policy, adapter: given?.name, config, settings },
      }
    } catch (error) {
      throw new Refusal(sentenceOf(error), { cause: error })
    }
  }

  #filesOf(policy: string): Promise<ModelFiles> {
    if (this.#files?.policy === policy) return this.#files.files
    const files = policy === 'sample' ? this.#client.loadSamplePolicy() : this.#client.openModel(policy)
    this.#files = { policy, files }
    // what could not be opened may be there the next time
    files.catch(() => { if (this.#files?.files === files) this.#files = undefined })
    return files
  }

  async #load(service: PolicyService, { files, trainable, options, loaded }: Wanted): Promise<PolicyInfo> {
    const doing = 'loading the policy'
    this.#tell({ is: 'starting', doing })
    let going = true
    const info = await service.load(files, trainable, options, (progress) => {
      // progress crosses on a channel of its own, and may come after the result
      if (going) this.#tell({ is: 'starting', doing, progress })
    }).finally(() => { going = false })
    // what another policy took here is not this one's peak
    if (this.#shown !== undefined) await service.resetPeak()
    this.#shown = loaded.policy
    this.#tell({ is: 'ready', info, loaded })
    return info
  }

  /** What is loaded stays when it is the policy asked for: only the run was refused. Another policy's refusal leaves none. */
  #refuse({ policy }: Settings, { message }: Refusal): void {
    if (this.#shown === policy) return
    this.#loaded = undefined
    this.#shown = undefined
    this.#tell({ is: 'absent', missing: 'policy', reason: message })
  }

  #lost(connection: Connection<PolicyService>, reason: string): void {
    if (this.#connection === connection) this.#close({ is: 'lost', reason })
  }

  #close(status: EngineStatus): void {
    this.#connection?.close()
    this.#connection = undefined
    this.#opening = undefined
    this.#loaded = undefined
    this.#shown = undefined
    this.#tell(status)
  }

  #tell(status: EngineStatus): void {
    this.#status(status, this.#adapter)
  }
}
