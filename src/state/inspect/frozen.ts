// Frozen models as sources: opened when they are first asked, one worker each, with what they answered kept.
import type { FrozenFiles, OpenFrozen, openFrozen } from '../../client/frozen.ts'
import { graphOf, FROZEN_DTYPES, type FrozenDtype } from '../../client/frozen.ts'
import type { SourceRecord } from '../../client/sources.ts'
import { readOutput } from '../../domain/outputs.ts'
import type { Prompt } from '../../domain/prompt.ts'
import type { Settings } from '../../domain/settings.ts'
import { sentenceOf } from '../sentence.ts'
import type { AskedQuery, SourceAnswer } from './sources.ts'

export { FROZEN_DTYPES, type FrozenDtype } from '../../client/frozen.ts'

export type FrozenRecord = Extract<SourceRecord, { kind: 'frozen' }>

/** `absent`: its folder has to be given again. */
export type FrozenStatus =
  | { readonly is: 'closed' | 'absent' }
  | { readonly is: 'opening'; readonly what: string; readonly bytes: number; readonly of: number }
  | { readonly is: 'ready'; readonly bytes: number; readonly ownTemplate: boolean }
  | { readonly is: 'failed'; readonly reason: string }

/** A dropped folder that holds a language model as ONNX. */
export interface FrozenFolder {
  readonly name: string
  readonly files: FrozenFiles
  /** the types of weights that it has */
  readonly dtypes: readonly FrozenDtype[]
}

type Asking = Pick<Settings, 'mode' | 'answerForm' | 'maxNewTokens'>

export interface FrozenWorld {
  readonly open: typeof openFrozen
  readonly settings: () => Asking
  readonly onStatus: (id: string, status: FrozenStatus) => void
}

const MOST_ANSWERS = 5_000
const CLOSED: FrozenStatus = { is: 'closed' }

/** One model; see FrozenShelf. */
class Frozen {
  status: FrozenStatus = CLOSED
  #opening: { readonly abort: AbortController; readonly model: Promise<OpenFrozen> } | undefined
  readonly #answers = new Map<string, SourceAnswer>()

  constructor(public record: FrozenRecord, private readonly world: FrozenWorld, public files: FrozenFiles | undefined) {
    if (record.reference.from === 'folder' && files === undefined) this.status = { is: 'absent' }
  }

  give(files: FrozenFiles): void {
    this.close()
    this.files = files
    this.#tell(CLOSED)
  }

  /** Opens it, once; a failure is tried again by the next call. */
  open(): Promise<OpenFrozen> {
    if (this.#opening !== undefined) return this.#opening.model
    const abort = new AbortController()
    const model = this.#open(abort)
    this.#opening = { abort, model }
    return model
  }

  async #open(abort: AbortController): Promise<OpenFrozen> {
    const { reference } = this.record
    const latest = (): boolean => this.#opening?.abort === abort
    try {
      if (reference.from === 'folder' && this.files === undefined) {
        throw new Error(`the folder of ${reference.model} is gone with the page that it was given to; give it again under Compare with …`)
      }
      await Promise.resolve()
      this.#tell({ is: 'opening', what: 'looking', bytes: 0, of: 0 })
      const onProgress = (progress: { what: string; bytes: number; of: number }): void => { if (latest()) this.#tell({ is: 'opening', ...progress }) }
      const opened = await this.world.open(reference, this.files, { onProgress, signal: abort.signal })
      if (!latest()) {
        opened.close()
        throw new Error(`${this.record.title} was closed`)
      }
      void opened.failed.then((reason) => {
        if (!latest()) return
        this.#opening = undefined
        this.#tell({ is: 'failed', reason: sentenceOf(reason) })
      })
      this.#tell({ is: 'ready', bytes: opened.info.bytes, ownTemplate: opened.info.ownTemplate })
      return opened
    } catch (error) {
      if (latest()) {
        this.#opening = undefined
        const gone = reference.from === 'folder' && this.files === undefined
        this.#tell(abort.signal.aborted ? CLOSED : gone ? { is: 'absent' } : { is: 'failed', reason: sentenceOf(error) })
      }
      throw error
    }
  }

  /** Gives up opening it. */
  cancel(): void {
    this.#opening?.abort.abort(new Error(`opening ${this.record.title} was cancelled; what was fetched whole is kept`))
  }

  close(): void {
    const opening = this.#opening
    this.#opening = undefined
    opening?.abort.abort(new Error(`${this.record.title} was closed`))
    opening?.model.then((opened) => opened.close(), () => undefined)
    if (this.status.is !== 'absent') this.#tell(CLOSED)
  }

  async answerAll(queries: readonly AskedQuery[], onProgress?: (done: number, of: number) => void, signal?: AbortSignal): Promise<readonly SourceAnswer[]> {
    const settings = this.world.settings()
    const answers: SourceAnswer[] = []
    const stop = (): void => void this.#opening?.model.then((model) => model.cancel(), () => undefined)
    signal?.addEventListener('abort', stop)
    try {
      for (const { prompt } of queries) {
        signal?.throwIfAborted()
        answers.push(await this.#answer(prompt, settings))
        onProgress?.(answers.length, queries.length)
      }
      return answers
    } catch (error) {
      throw signal?.aborted === true ? signal.reason as Error : error
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  async #answer(prompt: Prompt, settings: Asking): Promise<SourceAnswer> {
    const { mode, answerForm, maxNewTokens } = settings
    const key = JSON.stringify([mode, answerForm, maxNewTokens, prompt.text])
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const model = await this.open()
    const [output] = await model.generate([prompt.text], maxNewTokens)
    const text = output?.text ?? ''
    const answer: SourceAnswer = { kind: 'text', output: text, ...readOutput(prompt, text, settings), ...(output?.stop === 'length' ? { cut: true as const } : {}) }
    if (this.#answers.size >= MOST_ANSWERS) this.#answers.delete(this.#answers.keys().next().value!)
    this.#answers.set(key, answer)
    return answer
  }

  #tell(status: FrozenStatus): void {
    this.status = status
    this.world.onStatus(this.record.id, status)
  }
}

/** Frozen models by the id of their record. */
export class FrozenShelf {
  readonly #models = new Map<string, Frozen>()

  constructor(private readonly world: FrozenWorld) {}

  /** The model of a record; `files` are its folder's, where they were given. */
  of(record: FrozenRecord, files?: FrozenFiles): Frozen {
    let model = this.#models.get(record.id)
    if (model === undefined) {
      model = new Frozen(record, this.world, files)
      this.#models.set(record.id, model)
    } else if (files !== undefined) model.give(files)
    return model
  }

  /** Gives up opening it. */
  cancel(id: string): void {
    this.#models.get(id)?.cancel()
  }

  /** The model of `from` is that of `record` from now on; one that was open before it is closed. */
  adopt(from: string, record: FrozenRecord): void {
    const model = this.#models.get(from)
    if (model === undefined) return
    this.#models.delete(from)
    this.#models.get(record.id)?.close()
    this.#models.set(record.id, model)
    model.record = record
    this.world.onStatus(record.id, model.status)
  }

  remove(id: string): void {
    this.#models.get(id)?.close()
    this.#models.delete(id)
  }
}

const LARGEST_CONFIG = 1 << 20

/** A dropped folder of a language model as ONNX (config.json of one that writes text, `onnx/*.onnx` under it or beside it); undefined for anything else. */
export async function frozenFolderOf(files: readonly File[]): Promise<FrozenFolder | undefined> {
  const paths = files.map((file) => [file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file] as const)
  for (const [path, config] of paths) {
    if (!/(^|\/)config\.json$/.test(path) || config.size > LARGEST_CONFIG || !await writesText(config)) continue
    const root = path.slice(0, -'config.json'.length)
    const inside = paths.flatMap(([other, file]) => (other.startsWith(root) ? [[other.slice(root.length), file] as const] : []))
    const named = inside.map(([name, file]) => [/^model\w*\.onnx(_data\w*)?$/.test(name) ? `onnx/${name}` : name, file] as const)
    const dtypes = (Object.keys(FROZEN_DTYPES) as FrozenDtype[]).filter((dtype) => named.some(([name]) => name === graphOf(dtype)))
    if (dtypes.length === 0) continue
    const wanted = named.filter(([name]) => /^(onnx\/model\w*\.onnx(_data\w*)?|[\w-]+\.(json|jinja))$/.test(name))
    return { name: root.split('/').at(-2) ?? 'dropped model', files: Object.fromEntries(wanted), dtypes }
  }
  return undefined
}

async function writesText(config: File): Promise<boolean> {
  try {
    const { architectures, model_type: type } = JSON.parse(await config.text()) as { architectures?: unknown; model_type?: unknown }
    return Array.isArray(architectures) ? architectures.some((name) => /(ForCausalLM|LMHeadModel)$/.test(String(name))) : typeof type === 'string' && !/bert/i.test(type)
  } catch {
    return false
  }
}
