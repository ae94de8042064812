// Hands a model folder on in another layout; no weights go to the GPU for it.
import { exportFolder } from '../../workers/export/export.ts'
import { chosenFiles, leave, modelOf, reading } from './files.ts'
import type { ExportJob, Results } from './protocol.ts'

export async function exportPolicy({ kind, dtype, folder }: ExportJob): Promise<Results['export']> {
  const model = await modelOf(chosenFiles())
  const files = await reading(() => exportFolder(model, kind, dtype))
  const left: { name: string; bytes: number }[] = []
  for (const { name, bytes } of files) {
    const size = bytes instanceof Blob ? bytes.size : bytes.byteLength
    await window.labProgress(`${name}: ${size} bytes`)
    await leave(`${folder}/${name}`, bytes)
    left.push({ name, bytes: size })
  }
  return { files: left }
}
