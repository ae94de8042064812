// How a policy is handed on: which number formats each layout has, which is taken unless another is chosen, and about how large the files are.
import type { ExportDtype, ExportKind } from '../../client/policy.ts'

export type { ExportDtype } from '../../client/policy.ts'

const BYTES: Readonly<Record<ExportDtype, number>> = { f32: 4, f16: 2, bf16: 2 }

/** What is trained stays as it is trained; onnxruntime does not compute in bf16. */
const DTYPES: Readonly<Record<ExportKind, readonly ExportDtype[]>> = { trained: ['f32'], merged: ['f32', 'f16', 'bf16'], onnx: ['f32', 'f16'] }

/** Above this float32 files are unwieldy, and published models of that size come in 16 bits. */
const LARGE_BYTES = 1e9

export function dtypesOf(kind: ExportKind): readonly ExportDtype[] {
  return DTYPES[kind]
}

/** `parameters`: of the whole model. bf16 keeps float32's range, and is what large models are published in; ONNX has f16 alone. */
export function defaultDtype(kind: ExportKind, parameters: number): ExportDtype {
  if (kind === 'trained' || parameters * BYTES.f32 <= LARGE_BYTES) return 'f32'
  return kind === 'onnx' ? 'f16' : 'bf16'
}

/** Bytes of `parameters` values in a format. */
export function exportedBytes(parameters: number, dtype: ExportDtype): number {
  return parameters * BYTES[dtype]
}

/** A file name out of a policy's id. */
export function archiveName(policy: string, kind: ExportKind, dtype: ExportDtype): string {
  return `${policy.replace(/[^\w.-]+/g, '-')}-${kind}${dtype === 'f32' ? '' : `-${dtype}`}.zip`
}
