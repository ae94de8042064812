// Finds the files that a command names, before anything is started.
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { chooseModelFiles, isSharded, shardsOf, WEIGHTS_INDEX } from '../src/domain/modelFiles.ts'
import { BadInput, messageOf } from './errors.ts'

/** Throws BadInput unless the path is a file. */
export function fileAt(path: string): string {
  if (!existsSync(path)) throw new BadInput(`${path} does not exist; give the path of a file`)
  if (!statSync(path).isFile()) throw new BadInput(`${path} is not a file; give the path of a file`)
  return path
}

/** The paths of files that must be in a folder. */
export function filesIn(folder: string, names: readonly string[]): string[] {
  if (!existsSync(folder)) throw new BadInput(`folder ${folder} does not exist`)
  if (!statSync(folder).isDirectory()) throw new BadInput(`${folder} is not a folder`)
  const missing = names.filter((name) => !existsSync(join(folder, name)))
  if (missing.length > 0) throw new BadInput(`folder ${folder} has no ${missing.join(' and no ')}`)
  return names.map((name) => join(folder, name))
}

/** A folder to write to, made where it is not there. Throws BadInput when it is the folder that is read, or cannot be made. */
export function outFolder(out: string, input: string): void {
  const real = (path: string): string => (existsSync(resolve(path)) ? realpathSync(resolve(path)) : resolve(path))
  if (real(out) === real(input)) throw new BadInput(`--out ${out} is the folder that is read, whose files would be overwritten; give another folder`)
  if (existsSync(out) && !statSync(out).isDirectory()) throw new BadInput(`--out ${out} cannot be written: it is a file; give a folder`)
  try {
    mkdirSync(out, { recursive: true })
  } catch (error) {
    throw new BadInput(`--out ${out} cannot be made: ${messageOf(error)}`, { cause: error })
  }
}

/** The paths of a model-hub folder's files: config, weights in one file or in shards, and of the rest what is there. */
export function modelIn(folder: string): string[] {
  filesIn(folder, [])
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile())
  try {
    const shards = isSharded(names) ? shardsOf(readFileSync(join(folder, WEIGHTS_INDEX), 'utf8')) : []
    return chooseModelFiles(names, `folder ${folder}`, shards).map((name) => join(folder, name))
  } catch (error) {
    throw new BadInput(messageOf(error), { cause: error })
  }
}

/** The text of a file, packed by gzip or not. Throws BadInput for what is no UTF-8. */
export function textOf(path: string): string {
  const bytes = readFileSync(fileAt(path))
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(packed ? gunzipSync(bytes) : bytes)
  } catch (error) {
    throw new BadInput(`file ${basename(path)} is ${packed ? 'damaged gzip or not' : 'not'} UTF-8 text (${messageOf(error)}); get it again`, { cause: error })
  }
}
