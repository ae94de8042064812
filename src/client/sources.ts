// Other systems' answers, through one worker that starts with the first call, and again after a crash.
import type { SourcesService } from '../protocol/sources.ts'
import { connect, type Connection } from './connection.ts'

export type { AskedQuery, FrozenReference, MatchReport, SourceEntry, SourceRecord, SourcesService } from '../protocol/sources.ts'

export function createSourceStore(): SourcesService {
  let connection: Connection<SourcesService> | undefined
  const service = (): SourcesService => {
    if (connection === undefined) {
      const worker = new Worker(new URL('../../workers/sources.worker.ts', import.meta.url), { type: 'module', name: 'sources' })
      const opened = connect<SourcesService>(worker, 'sources')
      connection = opened
      void opened.failed.then(() => { if (connection === opened) connection = undefined })
    }
    return connection.service
  }
  return {
    list: () => service().list(),
    recognise: (file) => service().recognise(file),
    keep: (file) => service().keep(file),
    keepModel: (title, reference) => service().keepModel(title, reference),
    remove: (id) => service().remove(id),
    match: (id, hash) => service().match(id, hash),
    answers: (id, hash, queries) => service().answers(id, hash, queries),
  }
}
