// What the store writes beside a policy's files: the plan while they come, the manifest once all are whole.
import type { ModelRecord } from '../../src/protocol/models.ts'
import { digestOf } from '../store/blocks.ts'
import { goesOn, type Begun } from './bring.ts'
import type { ModelFolder } from './shelf.ts'
import type { Source, Stated } from './source.ts'

/** Written last: with it the policy is whole. */
export const MANIFEST = 'manifest.json'
export const PLAN = 'plan.json'
const VERSION = 1

export interface Manifest {
  readonly version: typeof VERSION
  readonly id: string
  readonly source: 'hub' | 'folder'
  readonly config: Readonly<Record<string, unknown>>
  readonly files: readonly Stated[]
  readonly addedAt: string
}

export interface Plan extends Manifest {
  /** files that lie here whole and checked */
  readonly whole: readonly string[]
  /** by name, what an unfinished file's bytes belong to */
  readonly begun: Readonly<Record<string, Begun>>
}

export const newPlan = (id: string, { kind, config, files }: Source, addedAt: string): Plan => ({ version: VERSION, id, source: kind, config, files, addedAt, whole: [], begun: {} })

/** Writes a record whole, with its own digest. */
export async function writeRecord(folder: ModelFolder, name: typeof MANIFEST | typeof PLAN, record: Manifest): Promise<void> {
  const body = JSON.stringify(record)
  const utf8 = new TextEncoder()
  await folder.replace(name, utf8.encode(`${await digestOf(utf8.encode(body))}\n${body}`))
}

/** A record; undefined where there is none. Throws a reason when it is damaged. */
async function readRecord(folder: ModelFolder, name: string): Promise<Manifest | undefined> {
  const file = await folder.read(name)
  if (file === undefined) return undefined
  const text = await file.text()
  const end = text.indexOf('\n')
  const body = text.slice(end + 1)
  if (end < 0 || text.slice(0, end) !== await digestOf(new TextEncoder().encode(body))) throw new Error(`its ${name} was changed or cut off`)
  const record = JSON.parse(body) as Omit<Manifest, 'version'> & { readonly version: number }
  const { version } = record
  if (version !== VERSION) throw new Error(`it was written by another version of this page (${version} instead of ${VERSION})`)
  return { ...record, version }
}

export function readManifest(folder: ModelFolder): Promise<Manifest | undefined> {
  return readRecord(folder, MANIFEST)
}

/** The plan of an unfinished policy. A damaged one is none: then everything comes anew. */
export async function readPlan(folder: ModelFolder): Promise<Plan | undefined> {
  return await readRecord(folder, PLAN).catch(() => undefined) as Plan | undefined
}

async function sizeOf(folder: ModelFolder, name: string): Promise<number> {
  // a file that another tab is writing may not show its size
  return (await folder.read(name).catch(() => undefined))?.size ?? 0
}

/** Why a whole policy's files are no longer what they were; undefined where they are. */
export async function damageOf(folder: ModelFolder, { files }: Manifest): Promise<string | undefined> {
  for (const { name, bytes } of files) {
    const here = await sizeOf(folder, name)
    if (here !== bytes) return `${name} has ${here} bytes instead of ${bytes}`
  }
  return undefined
}

/** What the plan says of a file that lies here whole and is still what the source states. Without a hash that takes the same place, whose validator can be asked again. */
function wholeIn(plan: Plan, file: Stated, { kind, base }: Pick<Source, 'kind' | 'base'>): Stated | undefined {
  const before = plan.whole.includes(file.name) ? plan.files.find(({ name }) => name === file.name) : undefined
  if (before === undefined || before.sha256 !== file.sha256 || (file.bytes !== 0 && before.bytes !== file.bytes)) return undefined
  if (kind === 'folder' || file.sha256 !== '') return before
  const begun = plan.begun[file.name]
  return begun !== undefined && begun.base === base && begun.validator !== '' ? before : undefined
}

/** How many of the file's bytes lie here and can be gone on with, and whether that is all of them. */
export async function standingOf(folder: ModelFolder | undefined, plan: Plan | undefined, file: Stated, source: Pick<Source, 'kind' | 'base'>): Promise<Standing> {
  const none = { kept: 0, whole: false }
  if (folder === undefined || plan === undefined) return none
  const here = await sizeOf(folder, file.name)
  if (here > 0 && wholeIn(plan, file, source)?.bytes === here) return { kept: here, whole: true }
  return goesOn(plan.begun[file.name], file, source.base) && (file.bytes === 0 || here <= file.bytes) ? { kept: here, whole: false } : none
}

export interface Standing {
  readonly kept: number
  readonly whole: boolean
}

/** What is known of the files that lie in a folder: its plan, or what is left of a policy that was whole, as a plan to go on from. */
export async function planIn(folder: ModelFolder): Promise<Plan | undefined> {
  const plan = await readPlan(folder)
  if (plan !== undefined) return plan
  const manifest = await readManifest(folder).catch(() => undefined)
  return manifest && { ...manifest, whole: manifest.files.map(({ name }) => name), begun: {} }
}

export function wholeRecord({ id, source, config, files, addedAt }: Manifest, damage?: string): ModelRecord {
  return {
    id, source, config, addedAt, complete: damage === undefined, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    files: files.map((file) => ({ ...file, kept: file.bytes })), ...(damage === undefined ? {} : { damage }),
  }
}

/** The record of a policy that is not whole. */
export async function partRecord(folder: ModelFolder | undefined, plan: Plan | undefined, source: Pick<Source, 'kind' | 'base' | 'config' | 'files'>, id: string, addedAt: string): Promise<ModelRecord> {
  const { kind, config, files } = source
  const entries = await Promise.all(files.map(async (file) => ({ ...file, kept: (await standingOf(folder, plan, file, source)).kept })))
  return { id, source: kind, config, files: entries, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), complete: false, addedAt }
}
