// A dropped folder as a source: the files beside its config.json, whatever folders stand around them.
import { CONFIG, chooseModelFiles, isSharded, shardsOf, WEIGHTS_INDEX } from '../../src/domain/modelFiles.ts'
import type { ModelSource } from '../../src/protocol/models.ts'
import { digestOf } from '../store/blocks.ts'
import { configOf, type Source } from './source.ts'

type FolderSource = Extract<ModelSource, { kind: 'folder' }>

const depth = (path: string): number => path.split('/').length
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)

/** The files that stand with the outermost config.json (or, without one, at the top), by their bare names. */
function besideConfig({ files }: FolderSource): Map<string, File> {
  const configs = files.map(({ path }) => path).filter((path) => path === CONFIG || path.endsWith(`/${CONFIG}`))
  const all = configs.length > 0 ? configs : files.map(({ path }) => path)
  const outermost = all.reduce((least, path) => (depth(path) < depth(least) ? path : least), all[0] ?? '')
  const folder = folderOf(outermost)
  return new Map(files.filter(({ path }) => folderOf(path) === folder).map(({ path, file }) => [path.slice(folder.length), file]))
}

/** Throws, with what to do, when config.json or weights are missing, or of a kind that is not read. */
export async function droppedFolder(source: FolderSource): Promise<Source & { readonly id: string }> {
  const place = `folder ${source.name}`
  const beside = besideConfig(source)
  const names = [...beside.keys()]
  const shards = isSharded(names) ? shardsOf(await beside.get(WEIGHTS_INDEX)!.text()) : []
  const chosen = chooseModelFiles(names, place, shards)
  const files = chosen.map((name) => ({ name, bytes: beside.get(name)!.size, sha256: '' }))
  // times are part of it: weights that were trained on keep their names and sizes
  const marks = chosen.toSorted().map((name) => [name, beside.get(name)!.size, beside.get(name)!.lastModified])
  const digest = await digestOf(new TextEncoder().encode(JSON.stringify(marks)))
  const id = `${source.name.replaceAll(/[/\\]/g, '-')}-${digest.slice(0, 8)}`
  return {
    id, kind: 'folder', base: id, files, config: configOf(await beside.get(CONFIG)!.text(), place),
    open: (name, from) => Promise.resolve({ from, validator: digest, body: beside.get(name)!.slice(from).stream() }),
  }
}
