// Serves the ingest protocol: one read at a time, off the page's thread.
import * as Comlink from 'comlink'
import { FORMATS } from './ingest/formats/formats.ts'
import { intake, storedResults, survey, type IntakeOptions } from './ingest/intake.ts'
import { readImitations } from './ingest/imitations.ts'
import { checkResults } from './ingest/results.ts'
import { recognise } from './ingest/recognise.ts'
import { openDataset } from './store/store.ts'
import type { IngestService } from '../src/protocol/ingest.ts'

let underWay: AbortController | undefined

async function alone<T>(name: string, onProgress: IntakeOptions['onProgress'], work: (options: IntakeOptions) => Promise<T>): Promise<T> {
  if (underWay !== undefined) throw new Error(`ingest: a read is under way; cancel it before reading ${name}`)
  const controller = new AbortController()
  underWay = controller
  try {
    return await work({ signal: controller.signal, ...(onProgress === undefined ? {} : { onProgress }) })
  } finally {
    underWay = undefined
  }
}

const service: IngestService = {
  recognise: (files) => recognise(files, FORMATS),
  async read(files, request, onProgress) {
    const hash = await service.store(files, request, onProgress)
    return openDataset(hash)
  },
  store: (files, request, onProgress) => alone(request.name, onProgress, (options) => intake(files, request, options)),
  results: (files, request, onProgress) => alone(request.name, onProgress, (options) => storedResults(files, request, options)),
  survey: (files, request, onProgress) => alone(request.name, onProgress, (options) => survey(files, request, options)),
  checkResults: (files, onProgress) => alone('results', onProgress, (options) => checkResults(files, options)),
  imitations: (files, onProgress) => alone('texts to imitate', onProgress, (options) => readImitations(files, options)),
  cancel() {
    underWay?.abort(new Error('the read was cancelled; nothing of it was kept'))
    return Promise.resolve()
  },
}

Comlink.expose(service)
