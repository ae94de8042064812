// The page's address: the preset and what differs from it, the place, the query that is looked at, the data set by name and hash, and the runs that are compared.
import { parseSettings, settingsToHash } from '../domain/config.ts'
import type { Settings } from '../domain/settings.ts'
import { PLACES, type Place } from './inspect/view.ts'

/** A data set as an address names it. */
export interface AddressedData {
  readonly name: string
  /** hex SHA-256 of what it was read from and how */
  readonly hash: string
  /** the files that it was read from, for who has to find them */
  readonly files: readonly string[]
}

export interface Address {
  /** undefined where the address says nothing of settings */
  readonly settings: Settings | undefined
  readonly place: Place | undefined
  readonly query: string | undefined
  readonly data: AddressedData | undefined
  /** ids of the kept runs that are compared */
  readonly runs: readonly string[] | undefined
}

interface Said {
  readonly settings: Settings
  readonly place: Place
  /** the inspected query, where it belongs to what is shared */
  readonly query?: string | undefined
  /** undefined for the sample, which everyone has */
  readonly data?: AddressedData | undefined
  /** ids of the kept runs that are compared, where they are looked at */
  readonly runs?: readonly string[] | undefined
}

/** More names than this make no sentence. */
const MOST_FILES = 8

/** The hash without `#`. Settings come first and as ever, so that what only reads settings finds them. */
export function addressOf({ settings, place, query, data, runs }: Said): string {
  const rest = new URLSearchParams()
  if (place !== 'train') rest.set('view', place)
  if (query !== undefined && query.trim() !== '') rest.set('query', query.trim())
  if (data !== undefined) {
    rest.set('data', data.name)
    rest.set('hash', data.hash)
    if (data.files.length > 0 && data.files.length <= MOST_FILES) rest.set('files', data.files.join('|'))
  }
  if (runs !== undefined && runs.length > 0) rest.set('runs', runs.join('.'))
  const tail = rest.toString()
  return `${settingsToHash(settings)}${tail === '' ? '' : `&${tail}`}`
}

/** What an address says, with or without `#`. Throws with a sentence where a part is no setting, or no value of it. */
export function readAddress(hash: string): Address {
  const pairs = new URLSearchParams(hash.replace(/^#/, ''))
  const take = (name: string): string | undefined => {
    const value = pairs.get(name) ?? undefined
    pairs.delete(name)
    return value
  }
  const [view, query, name, id, files, runs] = ['view', 'query', 'data', 'hash', 'files', 'runs'].map(take)
  const place = PLACES.find((known) => known === view)
  if (view !== undefined && place === undefined) throw new Error(`view is "${view}"; give ${PLACES.slice(0, -1).join(', ')} or ${PLACES.at(-1)}, for example view=inspect`)
  if (id !== undefined && !/^[0-9a-f]{16,64}$/.test(id)) throw new Error(`hash is "${id}"; it is the hexadecimal fingerprint of a data set, as Copy link writes it`)
  const settings = [...pairs].map(([setting, value]) => `${setting}=${value}`)
  return {
    settings: settings.length === 0 ? undefined : parseSettings(settings), place, query, runs: runs?.split('.').filter((run) => run !== ''),
    data: id === undefined ? undefined : { name: name ?? 'unnamed', hash: id, files: files === undefined ? [] : files.split('|') },
  }
}

/** Why the addressed data set isn't shown, and what would show it. */
export function missingData({ name, hash, files }: AddressedData, open: string | undefined): string {
  const needed = files.length === 0 ? 'the files that it was read from' : files.join(', ')
  const until = open === undefined ? '' : `; until then ${open} is open`
  return `the address is of the data set ${name} (${hash.slice(0, 12)}…), which this browser does not keep. Add ${needed}: the same files, read the same way, are the same data set${until}`
}
