// Serves the policy: the engine that samples and trains, with the device it owns.
import * as Comlink from 'comlink'
import { Service } from './training/service.ts'

Comlink.expose(new Service(navigator.gpu, () => performance.now()))
