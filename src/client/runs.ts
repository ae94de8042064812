// The runs that this browser keeps, through one worker that starts with the first call, and again after a crash.
import { transfer } from 'comlink'
import type { RunsService } from '../protocol/runs.ts'
import { connect, type Connection } from './connection.ts'

export { lineKind } from '../protocol/runs.ts'
export type { CheckpointRecord, LinesWanted, NewRun, Progress, RunChange, RunLine, RunRecord, RunsService, RunStatus } from '../protocol/runs.ts'

export function createRunStore(): RunsService {
  let connection: Connection<RunsService> | undefined
  const service = (): RunsService => {
    if (connection === undefined) {
      const worker = new Worker(new URL('../../workers/runs.worker.ts', import.meta.url), { type: 'module', name: 'runs' })
      const opened = connect<RunsService>(worker, 'runs')
      connection = opened
      void opened.failed.then(() => { if (connection === opened) connection = undefined })
    }
    return connection.service
  }
  return {
    list: () => service().list(),
    record: (id) => service().record(id),
    create: (run) => {
      // a browser that is short of room must not clear what somebody trained for hours
      void navigator.storage.persist().catch(() => false)
      return service().create(run)
    },
    append: (id, lines) => service().append(id, lines),
    keep: (id, checkpoint, bytes, most) => service().keep(id, checkpoint, bytes && transfer(bytes, [bytes]), most),
    change: (id, change) => service().change(id, change),
    release: (id) => service().release(id),
    events: (id, onPart) => service().events(id, onPart),
    lines: (id, kind, wanted) => service().lines(id, kind, wanted),
    steps: (id, kind) => service().steps(id, kind),
    checkpoint: (id, stage, step) => service().checkpoint(id, stage, step),
    rewind: (id, stage, step) => service().rewind(id, stage, step),
    fork: (id, stage, step, name) => service().fork(id, stage, step, name),
    remove: (id) => service().remove(id),
    undo: (id) => service().undo(id),
    purge: () => service().purge(),
    export: (id, onProgress) => service().export(id, onProgress),
    import: (file, onProgress) => service().import(file, onProgress),
    room: () => service().room(),
  }
}
