// One frozen model at a time: brought here or taken from a folder, opened, asked one prompt after another, and cancelled.
import type { FrozenFiles, FrozenInfo, FrozenOutput, FrozenProgress, FrozenService } from '../../src/protocol/frozen.ts'
import type { FrozenReference } from '../../src/protocol/sources.ts'
import { frozenFolder, frozenFromHub, type Fetching } from './files.ts'
import { openFrozen, type FrozenModel } from './model.ts'

export class FrozenDesk implements FrozenService {
  #model: FrozenModel | undefined
  #abort = new AbortController()
  #line: Promise<unknown> = Promise.resolve()

  constructor(private readonly fetch: Fetching['fetch'] = (address, init) => globalThis.fetch(address, init)) {}

  async open(reference: FrozenReference, files: FrozenFiles | undefined, onProgress?: (progress: FrozenProgress) => void): Promise<FrozenInfo> {
    const { signal } = this.#renew()
    if (files === undefined && reference.from === 'folder') throw new Error(`folder ${reference.model} is no longer here; give it again`)
    const folder = files === undefined ? await frozenFromHub(reference, { fetch: this.fetch, signal, onProgress }) : frozenFolder(reference, files)
    signal.throwIfAborted()
    onProgress?.({ what: 'opening', bytes: folder.bytes, of: folder.bytes })
    await this.#model?.close()
    const model = await openFrozen(reference.model, folder, reference.device)
    if (signal.aborted) {
      await model.close()
      signal.throwIfAborted()
    }
    this.#model = model
    return { bytes: folder.bytes, ownTemplate: model.ownTemplate }
  }

  generate(prompts: readonly string[], maxNewTokens: number): Promise<FrozenOutput[]> {
    const model = this.#model
    if (model === undefined) return Promise.reject(new Error('no frozen model is open; open one first'))
    const { signal } = this.#abort
    // onnxruntime-web runs one thing at a time
    const work = this.#line.then(async () => {
      const outputs: FrozenOutput[] = []
      for (const prompt of prompts) {
        signal.throwIfAborted()
        outputs.push(await model.generate(prompt, maxNewTokens))
      }
      return outputs
    })
    this.#line = work.catch(() => undefined)
    return work
  }

  cancel(): Promise<void> {
    this.#abort.abort(new Error('it was cancelled; what was fetched so far is kept'))
    this.#abort = new AbortController()
    this.#model?.interrupt()
    return Promise.resolve()
  }

  #renew(): AbortController {
    this.#abort.abort(new Error('another model is opened instead'))
    this.#abort = new AbortController()
    return this.#abort
  }
}
