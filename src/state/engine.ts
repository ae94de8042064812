// The policy engine as the page sees it: starting, ready with a loaded policy, absent for a reason, or lost.
import type { Connection } from '../client/connection.ts'
import type { LoraTarget, ModelFiles, PolicyInfo, PolicyService, Trainable } from '../client/policy.ts'
import { listItems } from '../domain/config.ts'
import { LINEAR_LAYERS, type Settings } from '../domain/settings.ts'
import { sentenceOf } from './sentence.ts'

export type EngineStatus =
  | { readonly is: 'starting'; readonly doing: string }
  | { readonly is: 'ready'; readonly info: PolicyInfo }
  /** there is no device, or the policy could not be loaded onto it: the reason with its remedy */
  | { readonly is: 'absent'; readonly missing: 'device' | 'policy'; readonly reason: string }
  /** it ran, and then the device was lost or the worker crashed */
  | { readonly is: 'lost'; readonly reason: string }

export interface EngineClient {
  openPolicy(): Connection<PolicyService>
  loadSamplePolicy(): Promise<ModelFiles>
}

/** What is trained, as the settings say. */
export function trainableOf(settings: Settings): Trainable {
  if (settings.trainable === 'full') return { kind: 'full' }
  const targets = listItems(settings.loraTargets, LINEAR_LAYERS) as LoraTarget[]
  return { kind: 'lora', rank: settings.loraRank, alpha: settings.loraAlpha, targets, seed: settings.seed }
}

/** One policy worker at a time, with the embedded policy loaded; `status` hears of every change. */
export class Engine {
  readonly #client: EngineClient
  readonly #status: (status: EngineStatus) => void
  #connection: Connection<PolicyService> | undefined
  #files: ModelFiles | undefined
  /** what is loaded or loading, by the trainable weights that were asked for */
  #loaded: { readonly wanted: string; readonly info: Promise<PolicyInfo> } | undefined
  #opening: Promise<PolicyService> | undefined

  constructor(client: EngineClient, status: (status: EngineStatus) => void) {
    this.#client = client
    this.#status = status
  }

  /** The running service, or undefined while there is none. */
  get service(): PolicyService | undefined {
    return this.#connection?.service
  }

  /** Loads the embedded policy as `settings` want it trained, unless exactly that is loaded and untouched. Rejects with the reason. */
  async ready(settings: Settings): Promise<{ service: PolicyService; info: PolicyInfo }> {
    const trainable = trainableOf(settings)
    const wanted = JSON.stringify(trainable)
    this.#opening ??= this.#open()
    const opening = this.#opening
    let missing: 'device' | 'policy' = 'device'
    try {
      const service = await opening
      missing = 'policy'
      if (this.#loaded?.wanted !== wanted) this.#loaded = { wanted, info: this.#load(service, trainable) }
      return { service, info: await this.#loaded.info }
    } catch (error) {
      if (this.#opening === opening) this.#close({ is: 'absent', missing, reason: sentenceOf(error) })
      throw error
    }
  }

  /** Says that the loaded weights are no longer those of the files, so that the next `ready` loads them again. */
  touched(): void {
    this.#loaded = undefined
  }

  /** Ends the worker; the next `ready` starts a fresh one. */
  restart(): void {
    this.#close({ is: 'starting', doing: 'starting again' })
  }

  async #open(): Promise<PolicyService> {
    this.#status({ is: 'starting', doing: 'asking for a WebGPU device' })
    const connection = this.#client.openPolicy()
    this.#connection = connection
    void connection.failed.then((reason) => this.#lost(connection, sentenceOf(reason)))
    await connection.service.start()
    void connection.service.lost().then((reason) => this.#lost(connection, `the GPU device was lost: ${reason}`), () => undefined)
    return connection.service
  }

  async #load(service: PolicyService, trainable: Trainable): Promise<PolicyInfo> {
    this.#status({ is: 'starting', doing: 'loading the policy' })
    this.#files ??= await this.#client.loadSamplePolicy()
    const info = await service.load(this.#files, trainable)
    this.#status({ is: 'ready', info })
    return info
  }

  #lost(connection: Connection<PolicyService>, reason: string): void {
    if (this.#connection === connection) this.#close({ is: 'lost', reason })
  }

  #close(status: EngineStatus): void {
    this.#connection?.close()
    this.#connection = undefined
    this.#opening = undefined
    this.#loaded = undefined
    this.#status(status)
  }
}
