// A store of runs in memory, for tests of what drives and shows runs: it keeps what the worker keeps, and can be made to fail.
import type { CheckpointRecord, NewRun, RunLine, RunRecord, RunsService } from '../../client/runs.ts'

interface Entry {
  record: RunRecord
  lines: RunLine[]
  readonly bytes: Map<string, ArrayBuffer>
}

const placeOf = ({ stage, step }: Pick<CheckpointRecord, 'stage' | 'step'>): string => `${stage} ${step}`
const bytesOf = (lines: readonly RunLine[]): number => lines.reduce((sum, { text }) => sum + text.length + 1, 0)

/** `faults`: by procedure, what it is refused with from now on. */
export function fakeRuns() {
  const entries = new Map<string, Entry>()
  const faults: Partial<Record<keyof RunsService, string>> = {}
  let made = 0
  const of = (id: string): Entry => {
    const entry = entries.get(id)
    if (entry === undefined) throw new Error(`no run ${id} is kept`)
    return entry
  }
  const update = (entry: Entry, change: Partial<RunRecord>): RunRecord => {
    entry.record = { ...entry.record, ...change, events: { count: entry.lines.length, bytes: bytesOf(entry.lines) } }
    return entry.record
  }
  const make = (run: NewRun, lines: RunLine[]): Entry => {
    const id = `run-${++made}`
    const entry: Entry = {
      record: { ...run, id, tags: [], notes: {}, changedAt: run.createdAt, checkpoints: [], events: { count: 0, bytes: 0 } }, lines, bytes: new Map(),
    }
    entries.set(id, entry)
    return entry
  }
  /** the lines that end where the checkpoint stands */
  const upTo = ({ lines, record }: Entry, stage: string, step: number): { readonly lines: RunLine[]; readonly checkpoints: readonly CheckpointRecord[] } => {
    const at = record.checkpoints.find((one) => one.stage === stage && one.step === step)
    if (at === undefined) throw new Error(`run ${record.name} keeps no checkpoint of ${stage} step ${step}`)
    const kept: RunLine[] = []
    for (const line of lines) {
      if (bytesOf(kept) >= at.eventsBytes) break
      kept.push(line)
    }
    return { lines: kept, checkpoints: record.checkpoints.filter(({ eventsBytes }) => eventsBytes <= at.eventsBytes) }
  }
  const service: RunsService = {
    list: () => Promise.resolve([...entries.values()].map(({ record }) => record).toReversed()),
    record: (id) => Promise.resolve(of(id).record),
    release: () => Promise.resolve(),
    create: (run) => Promise.resolve(update(make(run, []), {})),
    append: (id, lines) => {
      const entry = of(id)
      entry.lines.push(...lines)
      update(entry, {})
      return Promise.resolve()
    },
    keep: (id, checkpoint, bytes) => {
      const entry = of(id)
      const others = entry.record.checkpoints.filter((one) => placeOf(one) !== placeOf(checkpoint))
      const before = entry.record.checkpoints.find((one) => placeOf(one) === placeOf(checkpoint))
      const kept = bytes ?? entry.bytes.get(placeOf(checkpoint))
      if (kept === undefined) throw new Error(`no bytes of ${placeOf(checkpoint)}`)
      entry.bytes.set(placeOf(checkpoint), kept)
      const names = [...new Set([...(before?.names ?? []), ...checkpoint.names])]
      const record: CheckpointRecord = { ...checkpoint, names, bytes: kept.byteLength, sha256: '', eventsBytes: bytesOf(entry.lines) }
      return Promise.resolve(update(entry, { checkpoints: [...others, record] }))
    },
    change: (id, change) => Promise.resolve(update(of(id), change)),
    events: (id, onPart) => {
      onPart(of(id).lines.filter(({ kind }) => kind === 'plain').map(({ text }) => text))
      return Promise.resolve()
    },
    lines: (id, kind, wanted) => Promise.resolve(of(id).lines.filter((line) => line.kind === kind && 'step' in wanted && line.step === wanted.step).map(({ text }) => text)),
    steps: (id, kind) => Promise.resolve([...new Set(of(id).lines.filter((line) => line.kind === kind).map(({ step }) => step ?? 0))]),
    checkpoint: (id, stage, step) => {
      const bytes = of(id).bytes.get(placeOf({ stage, step }))
      return bytes === undefined ? Promise.reject(new Error(`no checkpoint of ${stage} step ${step}`)) : Promise.resolve(bytes)
    },
    rewind: (id, stage, step) => {
      const entry = of(id)
      const { lines, checkpoints } = upTo(entry, stage, step)
      entry.lines = lines
      return Promise.resolve(update(entry, { checkpoints, done: step, status: 'paused' }))
    },
    fork: (id, stage, step, name) => {
      const parent = of(id)
      const { lines, checkpoints } = upTo(parent, stage, step)
      const { id: parentId, name: parentName } = parent.record
      const fork = make({ ...parent.record, name, parent: { id: parentId, name: parentName, step } }, [...lines, { kind: 'plain', text: JSON.stringify({ type: 'fork', run: parentId, step }) }])
      for (const one of checkpoints) fork.bytes.set(placeOf(one), parent.bytes.get(placeOf(one))!)
      // to go on from there again keeps the line that says where it came from
      const own = checkpoints.map((one) => (one.stage === stage && one.step === step ? { ...one, eventsBytes: bytesOf(fork.lines) } : one))
      return Promise.resolve(update(fork, { checkpoints: own, done: step, status: 'paused' }))
    },
    remove: (id) => {
      entries.delete(id)
      return Promise.resolve()
    },
    undo: () => Promise.reject(new Error('nothing was removed')),
    purge: () => Promise.resolve(),
    export: () => Promise.resolve(new Blob()),
    import: () => Promise.reject(new Error('not here')),
    room: () => Promise.resolve({ used: 0, quota: 0 }),
  }
  const failing = Object.fromEntries(Object.entries(service).map(([name, work]) => [name, (...values: unknown[]): unknown => {
    const fault = faults[name as keyof RunsService]
    if (fault !== undefined) return Promise.reject(new Error(fault))
    try {
      return Reflect.apply(work, undefined, values)
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }])) as unknown as RunsService
  /** what only a worker knows of a run: that another tab writes it, or that it is damaged */
  const mark = (id: string, known: Partial<RunRecord>): void => { of(id).record = { ...of(id).record, ...known } }
  return { service: failing, faults, mark, record: (id: string) => of(id).record, events: (id: string) => of(id).lines.map(({ text }) => JSON.parse(text) as { type: string }) }
}
