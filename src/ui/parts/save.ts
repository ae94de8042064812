// Saves bytes that the page holds as files of the person's own: one by one, several as one archive, or into a folder.

export interface SavedFile {
  /** may be a path: `onnx/model.onnx` */
  readonly name: string
  readonly bytes: ArrayBuffer | Blob
}

interface DirectoryPicker {
  showDirectoryPicker?(options: { readonly mode: 'readwrite' }): Promise<FileSystemDirectoryHandle>
}

export function saveBlob(name: string, blob: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // the download has taken the bytes by the next task
  setTimeout(() => URL.revokeObjectURL(link.href))
}

export function bytesOf(files: readonly SavedFile[]): number {
  return files.reduce((sum, { bytes }) => sum + (bytes instanceof Blob ? bytes.size : bytes.byteLength), 0)
}

interface Saving {
  /** rejects with the signal's reason once it is aborted */
  readonly signal?: AbortSignal
  /** hears of every file as it is begun */
  readonly onFile?: (file: SavedFile) => void
}

/** One archive with every file under its path. It is made piece by piece, and the browser may keep it on the disk. */
export async function saveZip(name: string, files: readonly SavedFile[], { signal, onFile }: Saving = {}): Promise<void> {
  const { downloadZip } = await import('client-zip')
  function* begun() {
    for (const file of files) {
      signal?.throwIfAborted()
      onFile?.(file)
      // a blob is read in pieces, each in a task of its own
      yield { name: file.name, input: new Response(new Blob([file.bytes])) }
    }
  }
  const archive = await downloadZip(begun()).blob()
  signal?.throwIfAborted()
  saveBlob(name, archive)
}

/** Whether this browser can write into a folder that the person chooses. */
export function canSaveIntoFolder(): boolean {
  return typeof (globalThis as DirectoryPicker).showDirectoryPicker === 'function'
}

/** Asks for a folder; undefined when the person chooses none. To be called within the click itself. */
export async function askForFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await (globalThis as DirectoryPicker).showDirectoryPicker?.({ mode: 'readwrite' })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
    throw error
  }
}

/** Writes every file under its path, over what is there; one that is broken off leaves what was there. */
export async function saveIntoFolder(folder: FileSystemDirectoryHandle, files: readonly SavedFile[], { signal, onFile }: Saving = {}): Promise<void> {
  for (const saved of files) {
    signal?.throwIfAborted()
    onFile?.(saved)
    const { name, bytes } = saved
    const parts = name.split('/')
    let into = folder
    for (const part of parts.slice(0, -1)) into = await into.getDirectoryHandle(part, { create: true })
    const file = await into.getFileHandle(parts.at(-1)!, { create: true })
    await new Blob([bytes]).stream().pipeTo(await file.createWritable(), signal && { signal })
  }
}
