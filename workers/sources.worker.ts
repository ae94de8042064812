// Serves the protocol of sources: other systems' answers, kept in this browser and matched to a dataset.
import * as Comlink from 'comlink'
import type { JudgedQuery } from '../src/domain/dataset.ts'
import type { SourcesService } from '../src/protocol/sources.ts'
import { forgetFrozen } from './frozen/files.ts'
import { SourceStore } from './sources/service.ts'
import { privateShelf } from './sources/shelf.ts'
import { openDataset } from './store/store.ts'

async function queriesOf(hash: string): Promise<readonly JudgedQuery[]> {
  const queries: JudgedQuery[] = []
  await openDataset(hash, (parts) => { queries.push(...parts.queries ?? []) })
  return queries
}

const service: SourcesService = new SourceStore({
  shelf: privateShelf, queries: queriesOf, now: () => Date.now(), forget: forgetFrozen,
  alone: async (work) => await navigator.locks.request('rec-r1-workbench sources', work),
})

Comlink.expose(service)
