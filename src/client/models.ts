// The policies that this browser keeps: listed, looked up, brought here, opened and removed through one worker.
import { modelOpenLock, type FetchProgress, type ModelRecord, type ModelsService, type ModelSource } from '../protocol/models.ts'
import { connect, type Connection } from './connection.ts'

export type { FetchProgress, ModelFileEntry, ModelRecord, ModelsService, ModelSource } from '../protocol/models.ts'

export interface Models extends ModelsService {
  /** As the protocol has it; aborting the signal stops it and rejects with the signal's reason. */
  add(source: ModelSource, onProgress?: (progress: FetchProgress) => void, signal?: AbortSignal): Promise<ModelRecord>
  /** Asks the browser not to clear the store on its own; false when it won't promise. */
  persist(): Promise<boolean>
}

/** A lock that this page holds, shared with other tabs, until it lets go. */
function hold(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    navigator.locks.request(name, { mode: 'shared' }, () => new Promise<void>((release) => { resolve(release) })).catch(reject)
  })
}

/**
 * The store of models, whose worker starts with the first call, and again after a crash. What was opened stays readable until this page
 * removes it or ends: no other tab can remove it meanwhile.
 */
export function createModels(): Models {
  let connection: Connection<ModelsService> | undefined
  const held = new Map<string, Promise<() => void>>()
  const service = (): ModelsService => {
    if (connection === undefined) {
      const worker = new Worker(new URL('../../workers/models.worker.ts', import.meta.url), { type: 'module', name: 'models' })
      const opened = connect<ModelsService>(worker, 'models')
      connection = opened
      void opened.failed.then(() => { if (connection === opened) connection = undefined })
    }
    return connection.service
  }
  const letGo = async (id: string): Promise<void> => {
    const release = held.get(id)
    held.delete(id)
    ;(await release)?.()
  }
  return {
    list: () => service().list(),
    inspect: (source) => service().inspect(source),
    async add(source, onProgress, signal) {
      if (signal === undefined) return service().add(source, onProgress)
      signal.throwIfAborted()
      const { id } = await service().inspect(source)
      signal.throwIfAborted()
      const stop = (): void => void service().stop(id).catch(() => undefined)
      signal.addEventListener('abort', stop)
      try {
        return await service().add(source, onProgress)
      } catch (error) {
        throw signal.aborted ? signal.reason as Error : error
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    stop: (id) => service().stop(id),
    async open(id) {
      const known = held.has(id)
      if (!known) held.set(id, hold(modelOpenLock(id)))
      await held.get(id)
      try {
        return await service().open(id)
      } catch (error) {
        if (!known) await letGo(id)
        throw error
      }
    },
    async remove(id) {
      await letGo(id)
      await service().remove(id)
    },
    persist: () => navigator.storage.persist(),
  }
}
