// A run as one zip archive: its events deflated, its checkpoints as they are, and run.json, which says the hash of each.
import { BlobWriter, configure, Reader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js'
import { createSHA256 } from 'hash-wasm'
import type { Progress, RunRecord } from '../../src/protocol/runs.ts'
import { EVENTS, fileOf, RECORD } from './record.ts'
import { readAll, type RunFolder } from './runFolder.ts'

const PART_BYTES = 2 ** 20
// it runs in a worker already, and a file is opened for each part
configure({ useWebWorkers: false, chunkSize: PART_BYTES })

export const FORMAT = 'rec-r1-workbench run'
export const FORMAT_VERSION = 1

/** What run.json of an archive holds. */
export interface Packed {
  readonly format: typeof FORMAT
  readonly version: typeof FORMAT_VERSION
  /** of events.jsonl */
  readonly eventsSha256: string
  readonly record: RunRecord
}

/** A file's first `size` bytes, told to `seen` as they are read. */
class FileReader extends Reader<void> {
  constructor(private readonly folder: RunFolder, private readonly path: string, override readonly size: number, private readonly seen: (bytes: Uint8Array) => void) {
    super()
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.folder.access(this.path, (file) => readAll(file, index, Math.min(length, this.size - index)), 'there')
    this.seen(bytes)
    return bytes
  }
}

/** SHA-256 of a file's first `size` bytes. */
export async function hashOf(folder: RunFolder, path: string, size: number): Promise<string> {
  const hash = await createSHA256()
  await folder.access(path, (file) => {
    for (let at = 0; at < size; at += PART_BYTES) hash.update(readAll(file, at, Math.min(PART_BYTES, size - at)))
  })
  return hash.digest('hex')
}

/** Writes the archive of the run as `record` says it, whose files must stay meanwhile. The same run gives the same bytes. */
async function write(zip: ZipWriter<unknown>, folder: RunFolder, record: RunRecord, onProgress: Progress): Promise<void> {
  const all = record.checkpoints.reduce((sum, { bytes }) => sum + bytes, record.events.bytes)
  let done = 0
  const heard = ({ length }: Uint8Array): void => onProgress((done += length) / Math.max(1, all))
  const lastModDate = new Date(record.changedAt)
  const hash = await createSHA256()
  await zip.add(EVENTS, new FileReader(folder, EVENTS, record.events.bytes, (bytes) => {
    hash.update(bytes)
    heard(bytes)
  }), { level: 6, lastModDate })
  for (const one of record.checkpoints) await zip.add(fileOf(one), new FileReader(folder, fileOf(one), one.bytes, heard), { level: 0, lastModDate })
  const packed: Packed = { format: FORMAT, version: FORMAT_VERSION, eventsSha256: hash.digest('hex'), record }
  const text = new Blob([`${JSON.stringify(packed, null, 2)}\n`])
  await zip.add(RECORD, text.stream(), { level: 6, lastModDate })
  await zip.close()
}

/** In memory. */
export async function packInMemory(folder: RunFolder, record: RunRecord, onProgress: Progress): Promise<Blob> {
  const writer = new BlobWriter('application/zip')
  await write(new ZipWriter(writer), folder, record, onProgress)
  return writer.getData()
}

/** Into a stream, bytes after bytes. */
export async function packInto(stream: WritableStream<Uint8Array>, folder: RunFolder, record: RunRecord, onProgress: Progress): Promise<void> {
  await write(new ZipWriter(stream), folder, record, onProgress)
}
