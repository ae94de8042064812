// Saves bytes that the page holds as a file of the person's own.

export function saveBlob(name: string, blob: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // the download has taken the bytes by the next task
  setTimeout(() => URL.revokeObjectURL(link.href))
}
