// The checkpoints of one run: a file each, whole once run.json names it with its hash.
import type { CheckpointRecord } from '../../src/protocol/runs.ts'
import { digestOf } from '../store/blocks.ts'
import { CHECKPOINTS, fileOf } from './record.ts'
import { Damage, writeAll, type RunFolder } from './runFolder.ts'

export type Place = Pick<CheckpointRecord, 'stage' | 'step'>

export const isAt = ({ stage, step }: Place) => (one: Place): boolean => one.stage === stage && one.step === step

/** The checkpoint of that stage and step. The sentence names those that there are. */
export function checkpointAt(name: string, checkpoints: readonly CheckpointRecord[], place: Place): CheckpointRecord {
  const found = checkpoints.find(isAt(place))
  if (found !== undefined) return found
  const there = checkpoints.map(({ stage, step }) => `${stage} step ${step}`).join(', ')
  throw new Error(`run ${name} keeps no checkpoint of ${place.stage} step ${place.step}; it keeps ${there === '' ? 'none' : there}`)
}

/** Writes the file whole; what fails leaves none. */
export async function writeCheckpoint(folder: RunFolder, place: Place, bytes: ArrayBuffer): Promise<void> {
  const path = fileOf(place)
  try {
    await folder.access(path, (file) => {
      file.truncate(bytes.byteLength)
      writeAll(file, new Uint8Array(bytes), 0)
      file.flush()
    })
  } catch (error) {
    await folder.remove(path)
    throw error
  }
}

/** A checkpoint's bytes, checked against its hash. Throws a reason, to follow the run's name. */
export async function readCheckpoint(folder: RunFolder, checkpoint: CheckpointRecord): Promise<ArrayBuffer> {
  const bytes = await folder.read(fileOf(checkpoint))
  const name = `its checkpoint of ${checkpoint.stage} step ${checkpoint.step}`
  if (bytes === undefined) throw new Damage(`${name} is not there any more`)
  if (bytes.byteLength !== checkpoint.bytes) throw new Damage(`${name} has ${bytes.byteLength} bytes instead of ${checkpoint.bytes}`)
  const digest = await digestOf(new Uint8Array(bytes))
  if (digest !== checkpoint.sha256) throw new Damage(`${name} has the SHA-256 ${digest.slice(0, 12)}… instead of ${checkpoint.sha256.slice(0, 12)}…`)
  return bytes
}

/** Removes the files that the record does not name: what an interruption left, or what was let go of. */
export async function dropUnlisted(folder: RunFolder, checkpoints: readonly CheckpointRecord[]): Promise<void> {
  const listed = new Set(checkpoints.map(fileOf))
  for (const name of await folder.names(CHECKPOINTS)) {
    const path = `${CHECKPOINTS}/${name}`
    if (!listed.has(path)) await folder.remove(path)
  }
}
