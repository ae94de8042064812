// Checks that a call to a worker always settles: answered, refused, crashed or closed.
import { expose } from 'comlink'
import { expect, test } from 'vitest'
import { connect } from './connection.ts'

interface Counting {
  add(a: number, b: number): Promise<number>
  refuse(): Promise<never>
  hang(): Promise<never>
  count(to: number, onEach: (value: number) => void): Promise<void>
}

/** A Worker's face over a message channel, with a service exposed behind it. */
class FakeWorker extends EventTarget {
  terminated = false
  readonly #port: MessagePort

  constructor() {
    super()
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    port1.addEventListener('message', (event) => this.dispatchEvent(new MessageEvent('message', { data: event.data, ports: [...event.ports] })))
    port1.start()
    expose({
      add: (a: number, b: number) => a + b,
      refuse: () => Promise.reject(new Error('rank 0 is not a rank; ask for 1 or more')),
      hang: () => new Promise(() => undefined),
      count: async (to: number, onEach: (value: number) => Promise<void>) => { for (let value = 1; value <= to; value++) await onEach(value) },
    }, port2)
  }

  postMessage(message: unknown, transfer: Transferable[]): void {
    this.#port.postMessage(message, transfer)
  }

  terminate(): void {
    this.terminated = true
    this.#port.close()
  }
}

function open() {
  const worker = new FakeWorker()
  return { worker, ...connect<Counting>(worker as unknown as Worker, 'counting') }
}

test('an answer and a refusal both come back, the refusal with its own sentence', async () => {
  const { service, close } = open()
  expect(await service.add(2, 3)).toBe(5)
  await expect(service.refuse()).rejects.toThrow('rank 0 is not a rank; ask for 1 or more')
  close()
})

test('a function among the arguments is called back across the line', async () => {
  const { service, close } = open()
  const seen: number[] = []
  await service.count(3, (value) => { seen.push(value) })
  expect(seen).toEqual([1, 2, 3])
  close()
})

test('a crash rejects the calls under way and every later call, and is announced once', async () => {
  const { worker, service, failed } = open()
  const hanging = service.hang()
  worker.dispatchEvent(new Event('error', { cancelable: true }))
  await expect(hanging).rejects.toThrow('counting worker stopped')
  await expect(service.add(1, 1)).rejects.toThrow('counting worker stopped')
  expect((await failed).message).toContain('start again')
  expect(worker.terminated).toBe(true)
})

test('a message that cannot be read counts as a crash', async () => {
  const { worker, service } = open()
  const hanging = service.hang()
  worker.dispatchEvent(new Event('messageerror'))
  await expect(hanging).rejects.toThrow('a message could not be read')
})

test('closing rejects the calls under way and announces no crash', async () => {
  const { service, failed, close } = open()
  const hanging = service.hang()
  close()
  await expect(hanging).rejects.toThrow('counting worker was closed')
  expect(await Promise.race([failed, Promise.resolve('no crash')])).toBe('no crash')
})
