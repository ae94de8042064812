// Opens a frozen model in a worker of its own; closing it frees all that it took.
import type { FrozenFiles, FrozenInfo, FrozenProgress, FrozenService } from '../protocol/frozen.ts'
import type { FrozenReference } from '../protocol/sources.ts'
import { connect } from './connection.ts'

export { FROZEN_DTYPES, graphOf, type FrozenDtype, type FrozenFiles, type FrozenInfo, type FrozenOutput, type FrozenProgress } from '../protocol/frozen.ts'

export interface OpenFrozen {
  readonly info: FrozenInfo
  readonly generate: FrozenService['generate']
  /** Ends what it is writing, which rejects; it answers the next question. */
  readonly cancel: () => void
  /** resolves with the reason when its worker crashes */
  readonly failed: Promise<Error>
  readonly close: () => void
}

/** Rejects with a sentence where the model cannot be brought here or run; aborting the signal ends it, and what was fetched whole stays in the cache. */
export async function openFrozen(
  reference: FrozenReference, files: FrozenFiles | undefined, { onProgress, signal }: { readonly onProgress?: (progress: FrozenProgress) => void; readonly signal?: AbortSignal },
): Promise<OpenFrozen> {
  signal?.throwIfAborted()
  const worker = new Worker(new URL('../../workers/frozen.worker.ts', import.meta.url), { type: 'module', name: 'frozen' })
  const { service, failed, close } = connect<FrozenService>(worker, 'frozen')
  const stop = (): void => { service.cancel().catch(() => undefined) } // refused only where the worker has ended, and then nothing is left to stop
  signal?.addEventListener('abort', stop)
  try {
    const info = await service.open(reference, files, onProgress)
    signal?.throwIfAborted()
    return { info, failed, close, cancel: stop, generate: (prompts, most) => service.generate(prompts, most) }
  } catch (error) {
    close()
    throw signal?.aborted === true ? signal.reason as Error : error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
