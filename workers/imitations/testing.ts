// For tests: the shelf of imitations in memory, with as much room as a test gives it.
import type { ImitationShelf } from './shelf.ts'

/** The shelf in memory; `room` is how many letters still fit. */
export function memoryShelf(): ImitationShelf & { readonly files: Map<string, string>; room: number } {
  const files = new Map<string, string>()
  const put = (path: string, text: string): Promise<void> => {
    if (text.length > shelf.room) return Promise.reject(new DOMException('no space available', 'QuotaExceededError'))
    files.set(path, text)
    return Promise.resolve()
  }
  const shelf = {
    files, room: Infinity,
    names: () => Promise.resolve([...new Set([...files.keys()].map((path) => path.split('/')[0]!))]),
    read: (name: string, file: string) => Promise.resolve(files.get(`${name}/${file}`)),
    write: (name: string, file: string, text: string) => put(`${name}/${file}`, text),
    append: (name: string, file: string, text: string) => put(`${name}/${file}`, (files.get(`${name}/${file}`) ?? '') + text),
    remove: (name: string, file?: string) => {
      for (const path of files.keys()) if (file === undefined ? path.startsWith(`${name}/`) : path === `${name}/${file}`) files.delete(path)
      return Promise.resolve()
    },
  }
  return shelf
}
