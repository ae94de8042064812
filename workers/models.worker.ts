// Serves the protocol of models: policies kept in this browser, brought here, opened and removed.
import * as Comlink from 'comlink'
import type { ModelsService } from '../src/protocol/models.ts'
import { browserNet } from './models/requests.ts'
import { PrivateShelf } from './models/shelf.ts'
import { ModelStore } from './models/store.ts'

const service: ModelsService = new ModelStore({ ...browserNet, shelf: new PrivateShelf(), now: () => Date.now() })

Comlink.expose(service)
