// Serves the store's protocol: what is stored, opened and removed, and products by id or place.
import * as Comlink from 'comlink'
import type { StoreService } from '../src/protocol/store.ts'
import { StoreDesk } from './store/desk.ts'

const service: StoreService = new StoreDesk()

Comlink.expose(service)
