// Local files to and from the page, and the line between bad input and failed work.
import type { ModelFiles } from '../../src/protocol/policy.ts'
import { modelOfFiles } from '../../workers/models/parts.ts'
import { BadInput, messageOf } from '../errors.ts'
import { CHOSEN_FILES, OUTPUT_PATH, type FileRef } from './protocol.ts'

/** Runs a step that reads what the person gave: whatever it throws is bad input. */
export async function reading<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    throw new BadInput(messageOf(error), { cause: error })
  }
}

async function answer({ name, address }: FileRef): Promise<Response> {
  const response = await fetch(address)
  if (!response.ok) throw new BadInput(`${name} could not be read: ${await response.text()}`)
  return response
}

export async function bytesOf(file: FileRef): Promise<ArrayBuffer> {
  return (await answer(file)).arrayBuffer()
}

/** The files that the command line chose for the page: they lie on the disk. */
export function chosenFiles(): File[] {
  return [...(document.getElementById(CHOSEN_FILES) as HTMLInputElement).files ?? []]
}

/** The file as a browser's File, whose bytes need not fit in memory. */
export async function fileOf(file: FileRef): Promise<File> {
  return new File([await (await answer(file)).blob()], file.name)
}

/** The parts of a model-hub folder from its files, as `modelIn` chose them. */
export async function modelOf(files: readonly File[]): Promise<ModelFiles> {
  const model = await reading(() => modelOfFiles(files.map((file) => ({ name: file.name, bytes: file }))))
  if (model.weights.length === 0) throw new BadInput('the model folder has no model.safetensors; give a folder in the model hub\'s layout')
  return model
}

/** Leaves bytes with the command line under a name that it knows. */
export async function leave(name: string, bytes: ArrayBuffer | Blob): Promise<void> {
  const response = await fetch(`${OUTPUT_PATH}${encodeURIComponent(name)}`, { method: 'POST', body: bytes })
  if (!response.ok) throw new Error(`${name} could not be written: ${await response.text()}`)
}
