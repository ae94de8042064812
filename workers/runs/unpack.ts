// An exported run taken in: nothing of the archive is believed before it is checked, and nothing is written outside of the new run's folder.
import { BlobReader, BlobWriter, ZipReader, type FileEntry } from '@zip.js/zip.js/lib/zip-core-native.js'
import { createSHA256 } from 'hash-wasm'
import type { Progress } from '../../src/protocol/runs.ts'
import { writeIndex } from './events.ts'
import { LineIndex, LineScan } from './lineIndex.ts'
import { FORMAT, FORMAT_VERSION } from './pack.ts'
import { EVENTS, fileOf, RECORD, recordOf, type StoredRecord } from './record.ts'
import { writeAll, type RunFolder } from './runFolder.ts'

/** run.json holds settings, notes and a few lines for each checkpoint. */
const MOST_RECORD_BYTES = 64 * 2 ** 20
const MOST_FILES = 10_002

export interface Archive {
  readonly record: StoredRecord
  readonly eventsSha256: string
  /** bytes of all that it holds, unpacked */
  readonly bytes: number
  /** Writes it into an empty folder, every byte checked; what it throws are sentences. */
  readonly into: (folder: RunFolder, onProgress: Progress) => Promise<LineIndex>
  readonly close: () => Promise<void>
}

const isPart = (name: string): boolean => name === RECORD || name === EVENTS || /^checkpoints\/(sft|grpo)-(0|[1-9]\d{0,9})\.bin$/.test(name)

/** Opens an exported run and checks its list of files and its run.json. `name` is the archive's, for the sentences. */
export async function openArchive(file: Blob, name: string): Promise<Archive> {
  const reader = new ZipReader(new BlobReader(file), { filenameEncoding: 'utf-8', checkOverlappingEntry: true, filenameValidation: 'tolerant' })
  try {
    const files = await filesIn(reader, name)
    const { record, eventsSha256 } = await packedIn(files.get(RECORD)!, name)
    checkFiles(files, record, name)
    return {
      record, eventsSha256, bytes: [...files.values()].reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0),
      into: (folder, onProgress) => unpack(files, record, eventsSha256, folder, name, onProgress),
      close: () => reader.close(),
    }
  } catch (error) {
    await reader.close()
    throw error
  }
}

async function filesIn(reader: ZipReader<unknown>, name: string): Promise<Map<string, FileEntry>> {
  const files = new Map<string, FileEntry>()
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      const path = entry.filename
      // a folder of its own is how other programs pack it again
      if (entry.directory && path === 'checkpoints/') continue
      const fault = entry.directory || !isPart(path) ? 'which is no part of a run' : files.has(path) ? 'twice' : entry.encrypted ? 'which is encrypted' : undefined
      if (fault !== undefined) throw new NotARun(`${name} holds ${JSON.stringify(path.slice(0, 80))}, ${fault}; choose a file that this page exported`)
      if (files.size >= MOST_FILES) throw new NotARun(`${name} holds more than ${MOST_FILES} files; choose a file that this page exported`)
      files.set(path, entry as FileEntry)
    }
  } catch (error) {
    if (error instanceof NotARun) throw error
    throw new Error(`${name} is not a whole zip archive (${reasonOf(error)}); export the run again, and choose that file`, { cause: error })
  }
  for (const path of [RECORD, EVENTS]) if (!files.has(path)) throw new NotARun(`${name} holds no ${path}, so it is not an exported run; choose a file that this page exported`)
  return files
}

class NotARun extends Error {}

const reasonOf = (error: unknown): string => (error instanceof Error && error.message !== '' ? error.message : String(error)).replace(/[.;]$/, '')

async function packedIn(entry: FileEntry, name: string): Promise<{ readonly record: StoredRecord; readonly eventsSha256: string }> {
  if (entry.uncompressedSize > MOST_RECORD_BYTES) throw new Error(`run.json of ${name} is of ${entry.uncompressedSize} bytes, more than the ${MOST_RECORD_BYTES} that a run's can have; choose a file that this page exported`)
  try {
    const writer = new BlobWriter()
    await entry.getData(limited(entry.uncompressedSize, writer.writable), { checkSignature: true })
    const value = JSON.parse(await (await writer.getData()).text()) as Readonly<Record<string, unknown>> | null
    if (typeof value !== 'object' || value === null || value['format'] !== FORMAT) throw new Error('it is not the record of a run')
    if (value['version'] !== FORMAT_VERSION) throw new Error(`it was exported by another version of this page (${JSON.stringify(value['version'])} instead of ${FORMAT_VERSION})`)
    const sha256 = value['eventsSha256']
    if (typeof sha256 !== 'string') throw new Error('its eventsSha256 is missing')
    const { cutTo: _, repaired: __, ...record } = recordOf(value['record'])
    return { record, eventsSha256: sha256 }
  } catch (error) {
    throw new Error(`run.json of ${name} cannot be read: ${reasonOf(error)}; export the run again, and choose that file`, { cause: error })
  }
}

/** The files must be those that the record names, as long as it says. */
function checkFiles(files: ReadonlyMap<string, FileEntry>, { events, checkpoints }: StoredRecord, name: string): void {
  const expected = new Map([[EVENTS, events.bytes], ...checkpoints.map((one) => [fileOf(one), one.bytes] as const)])
  for (const [path, bytes] of expected) {
    const found = files.get(path)?.uncompressedSize
    if (found !== bytes) throw new Error(`${path} of ${name} ${found === undefined ? 'is missing' : `has ${found} bytes`}, where its run.json says ${bytes}; export the run again, and choose that file`)
  }
  const extra = [...files.keys()].find((path) => path !== RECORD && !expected.has(path))
  if (extra !== undefined) throw new Error(`${name} holds ${extra}, which its run.json does not name; export the run again, and choose that file`)
  const beyond = checkpoints.find(({ eventsBytes }) => eventsBytes > events.bytes)
  if (beyond !== undefined) throw new Error(`${fileOf(beyond)} of ${name} stands at byte ${beyond.eventsBytes} of events that have ${events.bytes}; export the run again, and choose that file`)
}

/** Passes on what comes, and fails once it is more than was stated. */
function limited(bytes: number, into: WritableStream<Uint8Array>): WritableStream<Uint8Array> {
  let left = bytes
  const gate = new TransformStream<Uint8Array, Uint8Array>({
    transform: (part, controller) => {
      left -= part.length
      if (left < 0) throw new Error(`it unpacks to more than the ${bytes} bytes that it states`)
      controller.enqueue(part)
    },
  })
  void gate.readable.pipeTo(into).catch(() => undefined)
  return gate.writable
}

async function unpack(files: ReadonlyMap<string, FileEntry>, record: StoredRecord, eventsSha256: string, folder: RunFolder, name: string, onProgress: Progress): Promise<LineIndex> {
  const all = record.checkpoints.reduce((sum, { bytes }) => sum + bytes, record.events.bytes)
  let done = 0
  /** Writes one file, each part told to `seen`; its hash must be the one that run.json says. */
  const bring = async (path: string, bytes: number, sha256: string, seen: (part: Uint8Array<ArrayBuffer>) => void): Promise<void> => {
    const hash = await createSHA256()
    await folder.access(path, async (file) => {
      let at = 0
      const sink = new WritableStream<Uint8Array<ArrayBuffer>>({
        write: (part) => {
          if (at + part.length > bytes) throw new Error(`it unpacks to more than the ${bytes} bytes that it states`)
          writeAll(file, part, at)
          hash.update(part)
          seen(part)
          at += part.length
          onProgress((done += part.length) / Math.max(1, all))
        },
      })
      await files.get(path)!.getData(sink as WritableStream<Uint8Array>, { checkSignature: true })
      if (at !== bytes) throw new Error(`it unpacks to ${at} bytes instead of ${bytes}`)
      const found = hash.digest('hex')
      if (found !== sha256) throw new Error(`its SHA-256 is ${found.slice(0, 12)}… where run.json says ${sha256.slice(0, 12)}…`)
      file.flush()
    }).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'QuotaExceededError') throw error
      throw new Error(`${path} of ${name} is not as it was exported: ${reasonOf(error)}; export the run again, and choose that file`, { cause: error })
    })
  }
  const scan = new LineScan(new LineIndex())
  await bring(EVENTS, record.events.bytes, eventsSha256, (part) => scan.take(part))
  const { torn, damage } = scan.end()
  const { index } = scan
  const fault = damage ?? (torn > 0 ? 'its last line is cut off, or is not JSON'
    : index.count !== record.events.count ? `it has ${index.count} lines where run.json says ${record.events.count}`
      : record.checkpoints.some(({ eventsBytes }) => index.countAt(eventsBytes) === undefined) ? 'no line ends where one of its checkpoints stands' : undefined)
  if (fault !== undefined) throw new Error(`${EVENTS} of ${name} is not as it was exported: ${fault}; export the run again, and choose that file`)
  for (const one of record.checkpoints) await bring(fileOf(one), one.bytes, one.sha256, () => undefined)
  await writeIndex(folder, index)
  return index
}
