// The store of runs as the page uses it: one that tells of every record it hands out, and the name of a run's file.
import type { RunRecord, RunsService } from '../../client/runs.ts'

/** A file's name that every system takes. */
export function fileNameOf({ name, createdAt }: Pick<RunRecord, 'name' | 'createdAt'>): string {
  const plain = name.normalize('NFKD').replace(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '').slice(0, 60)
  return `run-${plain === '' ? 'unnamed' : plain}-${new Date(createdAt).toISOString().slice(0, 10)}.zip`
}

/** The same service, which tells of every record that it hands out. */
export function watched(service: RunsService, heard: (record: RunRecord) => void): RunsService {
  const hear = async (answer: Promise<RunRecord>): Promise<RunRecord> => {
    const record = await answer
    heard(record)
    return record
  }
  return {
    ...service,
    create: (run) => hear(service.create(run)),
    keep: (id, checkpoint, bytes, most) => hear(service.keep(id, checkpoint, bytes, most)),
    change: (id, change) => hear(service.change(id, change)),
    rewind: (id, stage, step) => hear(service.rewind(id, stage, step)),
    fork: (id, stage, step, name) => hear(service.fork(id, stage, step, name)),
    undo: (id) => hear(service.undo(id)),
    import: (file, onProgress) => hear(service.import(file, onProgress)),
  }
}
