// The manifest: written last, it makes a dataset visible, and it says what every file of it must be.
import { digestOf, type FileRecord } from './blocks.ts'
import type { Folder } from './folder.ts'
import type { CatalogueRecord } from './products.ts'

export const MANIFEST = 'manifest.json'
const VERSION = 1
/** What readers keep of files: 2 since there are numbers, tags, strengths and profiles. A stored set of an earlier reader opens, and the same files are read anew. */
const READER = 2

export interface Manifest {
  readonly version: typeof VERSION
  readonly hash: string
  readonly name: string
  /** milliseconds since 1970 */
  readonly readAt: number
  /** absent: 1 */
  readonly reader?: number
  readonly catalogue: CatalogueRecord
  /** one JSON object a line */
  readonly queries: Lines
  /** absent where the dataset has no histories */
  readonly users?: Lines
  /** refused rows */
  readonly rejections?: Lines
  readonly report: Lines
}

export interface Lines extends FileRecord {
  readonly count: number
}

export type NewManifest = Omit<Manifest, 'version'>

/** Whether all that today's readers keep of files was kept. */
export function isCurrent({ reader = 1 }: Pick<Manifest, 'reader'>): boolean {
  return reader >= READER
}

/** Writes the manifest whole, with its own digest. */
export async function writeManifest(folder: Folder, manifest: NewManifest): Promise<void> {
  const body = JSON.stringify({ version: VERSION, reader: READER, ...manifest })
  const bytes = new TextEncoder().encode(body)
  await folder.replace(MANIFEST, new TextEncoder().encode(`${await digestOf(bytes)}\n${body}`))
}

/** The manifest of a folder; undefined where there is none, so that what stands there is debris. Throws a reason when it is damaged. */
export async function readManifest(folder: Folder): Promise<Manifest | undefined> {
  const file = await folder.read(MANIFEST)
  if (file === undefined) return undefined
  const text = await file.text()
  const end = text.indexOf('\n')
  const body = text.slice(end + 1)
  if (end < 0 || text.slice(0, end) !== (await digestOf(new TextEncoder().encode(body)))) throw new Error('its manifest was changed or cut off')
  const manifest = JSON.parse(body) as Omit<Manifest, 'version'> & { readonly version: number }
  const { version } = manifest
  if (version !== VERSION) throw new Error(`it was written by another version of this page (${version} instead of ${VERSION})`)
  return { ...manifest, version }
}
