// run.json: what a run is, checked field by field as it is read, since a file may come from anywhere.
import type { CheckpointRecord, RunRecord, RunStatus } from '../../src/protocol/runs.ts'
import { digestOf } from '../store/blocks.ts'
import { isStep } from './lineIndex.ts'
import type { RunFolder } from './runFolder.ts'

export const RECORD = 'run.json'
export const EVENTS = 'events.jsonl'
export const INDEX = 'events.index'
/** the plain lines again, one after the other: read at once where rollouts lie between them */
export const PLAIN = 'events.plain'
export const CHECKPOINTS = 'checkpoints'
const VERSION = 1
const STATUSES: readonly RunStatus[] = ['running', 'paused', 'finished', 'stopped', 'failed']

/** What run.json holds beside the record itself; `events` is what they were at the last change. */
export interface StoredRecord extends Omit<RunRecord, 'interrupted' | 'writer' | 'damage'> {
  /** events beyond this are to be cut off: a rewind that was interrupted */
  readonly cutTo?: number
}

export function fileOf({ stage, step }: Pick<CheckpointRecord, 'stage' | 'step'>): string {
  return `${CHECKPOINTS}/${stage}-${step}.bin`
}

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= 8.64e15
const isScalar = (value: unknown): value is string | number | boolean => isText(value) || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText)
const isTextMap = (value: unknown): value is Record<string, string> => isObject(value) && Object.values(value).every(isText)
const isId = (value: unknown): value is string => isText(value) && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
const isHash = (value: unknown): value is string => isText(value) && /^[0-9a-f]{64}$/.test(value)
const isOneOf = <Name extends string>(...names: readonly Name[]) => (value: unknown): value is Name => names.includes(value as Name)

/** Throws which field is not what it must be. */
function field<Value>(fields: Fields, name: string, is: (value: unknown) => value is Value, what: string): Value {
  const value = fields[name]
  if (!is(value)) throw new Error(`its ${name} is ${value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60)}, not ${what}`)
  return value
}

function optional<Name extends string, Value>(fields: Fields, name: Name, is: (value: unknown) => value is Value, what: string): { readonly [Key in Name]?: Value } {
  return fields[name] === undefined ? {} : { [name]: field(fields, name, is, what) } as { readonly [Key in Name]?: Value }
}

function checkpointOf(value: unknown): CheckpointRecord {
  if (!isObject(value)) throw new Error('one of its checkpoints is not an object')
  return {
    stage: field(value, 'stage', isOneOf('sft', 'grpo'), 'sft or grpo'), step: field(value, 'step', isStep, 'a step'),
    names: field(value, 'names', isTexts, 'names'), bytes: field(value, 'bytes', isSize, 'a number of bytes'),
    sha256: field(value, 'sha256', isHash, 'a SHA-256'), eventsBytes: field(value, 'eventsBytes', isSize, 'a number of bytes'),
  }
}

/** The record that `value` holds, of its fields those that a record has. Throws, to follow the file's name, which one is not what it must be. */
export function recordOf(value: unknown): StoredRecord {
  if (!isObject(value)) throw new Error('it is not a JSON object')
  const dataset = field(value, 'dataset', isObject, 'an object')
  const events = field(value, 'events', isObject, 'an object')
  const checkpoints = field(value, 'checkpoints', Array.isArray as (value: unknown) => value is unknown[], 'a list').map(checkpointOf)
  if (new Set(checkpoints.map(fileOf)).size !== checkpoints.length) throw new Error('two of its checkpoints have one stage and step')
  const parent = value['parent'] === undefined ? undefined : field(value, 'parent', isObject, 'an object')
  return {
    id: field(value, 'id', isId, 'a run\'s id'), name: field(value, 'name', isText, 'a text'), tags: field(value, 'tags', isTexts, 'a list of texts'),
    status: field(value, 'status', isOneOf(...STATUSES), `one of ${STATUSES.join(', ')}`),
    createdAt: field(value, 'createdAt', isTime, 'a time'), changedAt: field(value, 'changedAt', isTime, 'a time'),
    ...optional(value, 'drivenAt', isTime, 'a time'),
    done: field(value, 'done', isSize, 'a number of steps'), planned: field(value, 'planned', isSize, 'a number of steps'),
    settings: field(value, 'settings', (all): all is Record<string, string | number | boolean> => isObject(all) && Object.values(all).every(isScalar), 'names with values'),
    dataset: { name: field(dataset, 'name', isText, 'a text'), hash: field(dataset, 'hash', isText, 'a text') },
    recommender: field(value, 'recommender', isText, 'a text'), policy: field(value, 'policy', isText, 'a text'),
    environment: field(value, 'environment', isTextMap, 'names with texts'), notes: field(value, 'notes', isTextMap, 'texts by query'),
    ...(parent === undefined ? {} : { parent: { id: field(parent, 'id', isText, 'a text'), name: field(parent, 'name', isText, 'a text'), step: field(parent, 'step', isStep, 'a step') } }),
    ...optional(value, 'summary', isObject, 'an object'), checkpoints,
    events: { count: field(events, 'count', isSize, 'a number of lines'), bytes: field(events, 'bytes', isSize, 'a number of bytes') },
    ...optional(value, 'repaired', isText, 'a text'), ...optional(value, 'cutTo', isSize, 'a number of bytes'),
  }
}

/** Nobody writes what is on its way. */
export const atRest = (status: RunStatus): RunStatus => (status === 'running' ? 'paused' : status)

/** The record of a run that comes from elsewhere: nobody trained it here. */
export function broughtIn(archived: StoredRecord, place: Pick<RunRecord, 'id' | 'name'>, now: number): StoredRecord {
  const { drivenAt: _, ...record } = archived
  return { ...record, ...place, status: atRest(record.status), changedAt: now }
}

/** Writes run.json whole, with its own digest. */
export async function writeRecord(folder: RunFolder, record: StoredRecord): Promise<void> {
  const body = JSON.stringify({ version: VERSION, ...record })
  const utf8 = new TextEncoder()
  await folder.replace(RECORD, utf8.encode(`${await digestOf(utf8.encode(body))}\n${body}`))
}

/** The record of a folder; undefined where there is none, so that what stands there is debris. Throws a reason when it is damaged. */
export async function readRecord(folder: RunFolder): Promise<StoredRecord | undefined> {
  const text = await folder.text(RECORD)
  if (text === undefined) return undefined
  const end = text.indexOf('\n')
  const body = text.slice(end + 1)
  if (end < 0 || text.slice(0, end) !== await digestOf(new TextEncoder().encode(body))) throw new Error('its run.json was changed or cut off')
  const value = JSON.parse(body) as Fields
  if (value['version'] !== VERSION) throw new Error(`it was written by another version of this page (${String(value['version'])} instead of ${VERSION})`)
  return recordOf(value)
}
