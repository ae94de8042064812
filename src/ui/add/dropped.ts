// Files of a drop, those in folders too, each with its path within what was dropped.

function contents(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  // a reader gives a folder in parts, and an empty one at its end
  const rest = (found: FileSystemEntry[]): Promise<FileSystemEntry[]> => new Promise((resolve, reject) => {
    reader.readEntries((part) => resolve(part.length === 0 ? found : rest([...found, ...part])), reject)
  })
  return rest([])
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isDirectory) return (await Promise.all((await contents(entry as FileSystemDirectoryEntry)).map(filesOf))).flat()
  const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
  const path = entry.fullPath.replace(/^\//, '')
  // as a chosen folder's files have it
  return [path.includes('/') ? Object.defineProperty(file, 'webkitRelativePath', { value: path }) : file]
}

/** To be called within the drop's own event: what was dropped is out of reach after it. */
export function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  // a drop made by a script has files and no entries
  if (entries.length === 0) return Promise.resolve([...transfer.files])
  return Promise.all(entries.map(filesOf)).then((files) => files.flat())
}
