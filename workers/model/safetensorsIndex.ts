// model.safetensors.index.json: which file of a sharded model has which tensor, held against the files themselves.
import { readIndex, WEIGHTS_INDEX } from '../../src/domain/modelFiles.ts'

/** `model-00002-of-00003.safetensors` says how many there must be. */
const PART = /^(.*)-(\d+)-of-(\d+)\.safetensors$/

/** Throws for a file that is given twice, and for one whose name says that there are others. */
export function refuseMissingParts(given: readonly string[]): void {
  const names = new Set(given)
  const twice = given.find((name, at) => given.indexOf(name) < at)
  if (twice !== undefined) throw new Error(`${twice} was given twice; give each file of the model once`)
  for (const name of names) {
    const [, stem, at, count] = PART.exec(name) ?? []
    if (stem === undefined || at === undefined || count === undefined) continue
    for (let part = 1; part <= Number(count); part++) {
      const other = `${stem}-${String(part).padStart(at.length, '0')}-of-${count}.safetensors`
      if (!names.has(other)) throw new Error(`${name} is one of ${Number(count)} files, but ${other} is missing; give the whole model folder`)
    }
  }
}

/** Throws where the index and the files disagree. `placed`: the file that has each tensor; `size`: bytes of all tensors. */
export function checkIndex(index: string, files: readonly string[], placed: ReadonlyMap<string, string>, size: number): void {
  const { map, total } = readIndex(index)
  const named = new Set(Object.values(map))
  const given = new Set(files)
  for (const name of named) if (!given.has(name)) throw new Error(`${WEIGHTS_INDEX} names ${name}, which is missing; give the whole model folder`)
  for (const name of given) if (!named.has(name)) throw new Error(`${name} is not named by ${WEIGHTS_INDEX}; remove it, or the index if it belongs to another checkpoint`)
  for (const [name, file] of Object.entries(map)) {
    const found = placed.get(name)
    if (found === undefined) throw new Error(`${WEIGHTS_INDEX} says that tensor ${name} stands in ${file}, but no file has it; get ${file} again`)
    if (found !== file) throw new Error(`${WEIGHTS_INDEX} says that tensor ${name} stands in ${file}, but it stands in ${found}; get the index and both files again`)
  }
  for (const [name, file] of placed) {
    if (!Object.hasOwn(map, name)) throw new Error(`${file} has tensor ${name}, which ${WEIGHTS_INDEX} does not name; get the index and the file again`)
  }
  if (total !== undefined && total !== size) {
    throw new Error(`${WEIGHTS_INDEX} states a total_size of ${total} bytes, but the tensors of its files have ${size}; get the index and the files again`)
  }
}
