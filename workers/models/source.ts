// Where a policy's files come from, whether over the network or from a dropped folder.
import type { ModelFileEntry } from '../../src/protocol/models.ts'

export type Stated = Omit<ModelFileEntry, 'kept'>

/** A file's bytes on their way. */
export interface Opened {
  /** the byte that they begin at: the one asked for, or 0 where they can only be had from the beginning */
  readonly from: number
  /** tells versions of the file apart; empty where the source has no such thing */
  readonly validator: string
  readonly body: ReadableStream<Uint8Array>
}

/** A policy that can be brought here. */
export interface Source {
  readonly kind: 'hub' | 'folder'
  /** where its files are, the same for as long as validators can be compared */
  readonly base: string
  readonly config: Readonly<Record<string, unknown>>
  readonly files: readonly Stated[]
  /** What tells versions of a file without a hash apart, asked now; empty where the source has no such thing or does not say. */
  validator?(name: string, signal: AbortSignal): Promise<string>
  /** Rejects with a Passing where trying again may help, else with a sentence. */
  open(name: string, from: number, signal: AbortSignal): Promise<Opened>
}

/** A failure that may pass: the network's, or a server's that is busy. */
export class Passing extends Error {
  override readonly name: string = 'Passing'

  /** `after`: milliseconds that the server asks to be left alone */
  constructor(message: string, readonly after = 0, options?: ErrorOptions) {
    super(message, options)
  }
}

/** No answer that this page may read: the host is down, or its answer does not allow other pages (CORS). */
export class Unreachable extends Passing {
  override readonly name = 'Unreachable'
}

/** The object of a config.json, or of another file of JSON. Throws, naming the place, when it is none. */
export function configOf(text: string, place: string, name = 'config.json'): Readonly<Record<string, unknown>> {
  let config: unknown
  try {
    config = JSON.parse(text)
  } catch (error) {
    throw new Error(`${place}: ${name} is no JSON; it is damaged, or the address is another page's`, { cause: error })
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) throw new Error(`${place}: ${name} is no JSON object; it is damaged, get it again`)
  return config as Readonly<Record<string, unknown>>
}
