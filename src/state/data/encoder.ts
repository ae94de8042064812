// A model folder as a person chose it, as the dense recommender takes it.
import type { EncoderFolder } from './ranker.ts'

const NEEDED = ['config.json', 'tokenizer.json'] as const

/** Paths within the chosen folder, its own name apart. Throws a sentence where files of a sentence encoder are missing. */
export function encoderFolder(files: readonly File[]): EncoderFolder {
  const paths = files.map((file) => (file.webkitRelativePath === '' ? file.name : file.webkitRelativePath))
  const name = paths[0]?.includes('/') === true ? paths[0].slice(0, paths[0].indexOf('/')) : 'dropped model'
  const found = Object.fromEntries(files.map((file, at) => [paths[at]!.replace(/^[^/]*\//, ''), file]))
  const missing: string[] = NEEDED.filter((path) => found[path] === undefined)
  if (!Object.keys(found).some((path) => path.endsWith('.onnx'))) missing.push('onnx/model.onnx')
  if (missing.length > 0) {
    throw new Error(`folder ${name} has no ${missing.join(', no ')} (${files.length} files); choose a sentence encoder’s, exported to ONNX`)
  }
  return { name, files: found }
}
