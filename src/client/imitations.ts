// Texts to imitate, through one worker that starts with the first call, and again after a crash.
import type { ImitationsService } from '../protocol/imitations.ts'
import { connect, type Connection } from './connection.ts'

export type { ImitationRecord, ImitationsService, TaughtRows, TeacherAnswer } from '../protocol/imitations.ts'

export function createImitationStore(): ImitationsService {
  let connection: Connection<ImitationsService> | undefined
  const service = (): ImitationsService => {
    if (connection === undefined) {
      const worker = new Worker(new URL('../../workers/imitations.worker.ts', import.meta.url), { type: 'module', name: 'imitations' })
      const opened = connect<ImitationsService>(worker, 'imitations')
      connection = opened
      void opened.failed.then(() => { if (connection === opened) connection = undefined })
    }
    return connection.service
  }
  return {
    list: () => service().list(),
    recognise: (file) => service().recognise(file),
    keep: (files, onProgress) => service().keep(files, onProgress),
    read: (id) => service().read(id),
    taught: (title, reference, rows) => service().taught(title, reference, rows),
    answers: (id) => service().answers(id),
    add: (id, answers) => service().add(id, answers),
    remove: (id) => service().remove(id),
    cancel: () => service().cancel(),
  }
}
