// Hands the loaded policy on: what was trained, or the whole model with it, in the layout that the next tool reads.
import type { ExportDtype, ExportedFile, ExportKind, ModelFiles } from '../../src/protocol/policy.ts'
import { adapterBase, adapterConfigJson } from '../model/adapter.ts'
import type { Model } from '../model/model.ts'
import { writeSafetensors } from '../model/safetensors.ts'
import type { Dtype } from '../model/safetensorsHeader.ts'
import { configJson, mergedFolder, onnxFolder } from './folder.ts'
import type { Learnt } from './merge.ts'
import { openPolicy } from './merge.ts'

const DTYPES: Readonly<Record<ExportDtype, Dtype>> = { f32: 'F32', f16: 'F16', bf16: 'BF16' }

/** The files of ExportKind; `files` are those that the model was loaded from. Rejects for a type that the layout does not have. */
export async function exportModel({ base, adapter }: Model, files: ModelFiles, kind: ExportKind, dtype: ExportDtype): Promise<ExportedFile[]> {
  if (kind === 'trained') {
    if (adapter !== undefined && !base.trainable) {
      return [
        { name: 'adapter_model.safetensors', bytes: writeSafetensors(await adapter.parameters.download('weights')) },
        { name: 'adapter_config.json', bytes: adapterConfigJson(adapter, adapterBase(files)) },
      ]
    }
    return [{ name: 'model.safetensors', bytes: writeSafetensors(await base.download('weights')) }, configJson(files, 'F32')]
  }
  const learnt: Learnt = {
    ...(base.trainable && { weights: await base.download('weights') }),
    ...(adapter !== undefined && { adapter: { rank: adapter.rank, alpha: adapter.alpha, tensors: await adapter.parameters.download('weights') } }),
  }
  return exportFolder(files, kind, dtype, learnt)
}

/** The same without a device: a folder's files, with the adapter among them added in unless `learnt` says what was learnt. */
export async function exportFolder(files: ModelFiles, kind: Exclude<ExportKind, 'trained'>, dtype: ExportDtype, learnt?: Learnt): Promise<ExportedFile[]> {
  const policy = await openPolicy(files, learnt)
  if (kind === 'merged') return mergedFolder(policy, files, DTYPES[dtype])
  if (dtype === 'bf16') throw new Error('export: onnxruntime does not compute in bf16; choose f32 or f16')
  return onnxFolder(policy, files, { dtype: dtype === 'f16' ? 'F16' : 'F32' })
}
