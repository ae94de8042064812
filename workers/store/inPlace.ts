// Files of the private file system that are read and written in place, which only dedicated workers may do.

/** FileSystemSyncAccessHandle; a compiler that thinks of pages knows no such thing, and tests of workers are compiled for pages. */
export interface FileInPlace {
  getSize(): number
  read(into: Uint8Array<ArrayBuffer>, options?: { readonly at: number }): number
  write(bytes: Uint8Array<ArrayBuffer>, options?: { readonly at: number }): number
  truncate(size: number): void
  flush(): void
  close(): void
}

/** Opens a file for this worker alone. Rejects with a NoModificationAllowedError while another has it open. */
export function openInPlace(file: FileSystemFileHandle): Promise<FileInPlace> {
  return (file as FileSystemFileHandle & { createSyncAccessHandle(): Promise<FileInPlace> }).createSyncAccessHandle()
}
