// What a person dropped or chose, as far as it concerns the policy: a model folder, a PEFT adapter, or neither.
import type { ModelSource } from '../../client/models.ts'
import { isModelType, type RawConfig } from '../../domain/modelConfig.ts'
import { ADAPTER_WEIGHTS, isForeignWeights } from '../../domain/modelFiles.ts'

export type FolderSource = Extract<ModelSource, { readonly kind: 'folder' }>

/** A PEFT adapter as it lies on the disk. */
export interface AdapterFolder {
  readonly name: string
  readonly config: File
  readonly weights: File
}

export type Given =
  | { readonly is: 'model'; readonly source: FolderSource }
  | { readonly is: 'adapter'; readonly adapter: AdapterFolder }
  | { readonly is: 'other' }

/** A config.json beside more than this is no policy's. */
const LARGEST_CONFIG = 1 << 20

interface Placed {
  readonly folder: string
  readonly name: string
  readonly path: string
  readonly file: File
}

function placed(file: File): Placed {
  const path = file.webkitRelativePath === '' ? file.name : file.webkitRelativePath
  const at = path.lastIndexOf('/')
  return { folder: at < 0 ? '' : path.slice(0, at), name: path.slice(at + 1), path, file }
}

/** Whether config.json names a model that writes text, or at least a type of one; a sentence encoder's says BertModel and the like, and goes its own way. */
async function writesText(file: File): Promise<boolean> {
  if (file.size > LARGEST_CONFIG) return false
  try {
    const parsed: unknown = JSON.parse(await file.text())
    if (typeof parsed !== 'object' || parsed === null) return false
    const { architectures: named, model_type: type } = parsed as RawConfig
    return Array.isArray(named) ? named.some((name) => /(ForCausalLM|LMHeadModel)$/.test(String(name))) : isModelType(type)
  } catch {
    return false
  }
}

const lastPart = (folder: string, otherwise: string): string => folder.slice(folder.lastIndexOf('/') + 1) || otherwise

/**
 * Tells a language model's folder (config.json of one that writes text, beside weights of whatever format) and an adapter's (adapter_config.json
 * beside adapter_model.safetensors) from everything else, which is left to whoever reads data. Only small files are read.
 */
export async function recogniseGiven(files: readonly File[]): Promise<Given> {
  const all = files.map(placed)
  const beside = ({ folder }: Placed, name: (name: string) => boolean): Placed | undefined => all.find((other) => other.folder === folder && name(other.name))
  for (const config of all.filter(({ name }) => name === 'config.json')) {
    // other formats are refused by name where policies are looked at
    const weights = beside(config, (name) => (name.endsWith('.safetensors') && name !== ADAPTER_WEIGHTS) || isForeignWeights(name))
    if (weights === undefined || !await writesText(config.file)) continue
    const inside = all.filter(({ folder }) => folder === config.folder).map(({ name, file }) => ({ path: name, file }))
    return { is: 'model', source: { kind: 'folder', name: lastPart(config.folder, 'dropped model'), files: inside } }
  }
  for (const config of all.filter(({ name }) => name === 'adapter_config.json')) {
    const weights = beside(config, (name) => name === 'adapter_model.safetensors')
    if (weights === undefined) continue
    return { is: 'adapter', adapter: { name: lastPart(config.folder, 'dropped adapter'), config: config.file, weights: weights.file } }
  }
  return { is: 'other' }
}
