// The model hub and its mirrors as a source: what a model consists of by the hub's listing, or by asking for each file where there is none.
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, chooseModelFiles, CONFIG, isAdapter, isSharded, MODEL_PARTS, shardsOf, WEIGHTS, WEIGHTS_INDEX } from '../../src/domain/modelFiles.ts'
import type { ModelSource } from '../../src/protocol/models.ts'
import { Host, type Ask, type Net } from './requests.ts'
import { configOf, type Opened, type Source, type Stated } from './source.ts'

export type HubSource = Extract<ModelSource, { kind: 'hub' }>

const HUB = 'https://huggingface.co'
/** `owner/name`, or a name alone; no part of dots only, which would be another address. */
const ID = /^(?!\.+(?:\/|$))[\w.-]+(?:\/(?!\.+$)[\w.-]+)?$/
/** What other checkpoints consist of: asked for only to say why a model is refused. */
const PICKLED = 'pytorch_model.bin'
/** Pages of a listing, a thousand files each: a model's own files stand far before. */
const MOST_PAGES = 20

export function hubId({ id, revision }: Pick<HubSource, 'id' | 'revision'>): string {
  return revision === '' || revision === 'main' ? id : `${id}@${revision}`
}

/**
 * Looks the model up. A repository of an adapter alone is its base with the adapter beside it. Rejects with a sentence where it is not there,
 * may not be read, or has no weights that can be.
 */
export async function hubModel(source: HubSource, net: Net, signal: AbortSignal): Promise<Source> {
  const model = new HubModel(source, net, signal)
  const trainedOn = await model.look()
  if (trainedOn === undefined) return model
  const base = new HubModel({ ...source, ...trainedOn }, net, signal)
  if (await base.look() !== undefined) throw new Error(`${source.id} is an adapter of ${trainedOn.id}, which is an adapter itself; adapters of adapters are not read`)
  const own = new Set(model.files.map(({ name }) => name))
  return {
    kind: 'hub', base: `${model.base} ${base.base}`, config: base.config, files: [...base.files.filter(({ name }) => !own.has(name)), ...model.files],
    open: (name, from, asked) => (own.has(name) ? model : base).open(name, from, asked),
    validator: (name, asked) => (own.has(name) ? model : base).validator(name, asked),
  }
}

class HubModel implements Source {
  readonly kind = 'hub'
  readonly #host: Host
  readonly #id: string
  readonly #revision: string
  readonly #page: string
  #base: string
  #hides = false
  #config: Readonly<Record<string, unknown>> = {}
  #files: readonly Stated[] = []

  constructor(private readonly source: HubSource, net: Net, private readonly signal: AbortSignal) {
    const address = (source.mirror === '' ? HUB : source.mirror).replace(/\/+$/, '')
    if (!/^https?:\/\/[^/]/.test(address)) throw new Error(`mirror ${source.mirror} is no address; give one that begins with https://, or none for the hub itself`)
    if (!ID.test(source.id)) throw new Error(`${source.id} is no id of a model; write owner/name, for example Qwen/Qwen2.5-0.5B-Instruct`)
    this.#host = new Host(net, address, source.token)
    this.#id = source.id.split('/').map(encodeURIComponent).join('/')
    this.#revision = encodeURIComponent(source.revision === '' ? 'main' : source.revision)
    this.#page = `${address}/${source.id}`
    this.#base = `${address}/${this.#id}/resolve/${this.#revision}/`
  }

  get base(): string {
    return this.#base
  }

  get config(): Readonly<Record<string, unknown>> {
    return this.#config
  }

  get files(): readonly Stated[] {
    return this.#files
  }

  /** Finds its files; of an adapter alone its own two, and the model that it was trained on is returned. */
  async look(): Promise<Pick<HubSource, 'id' | 'revision'> | undefined> {
    // mirrors may hide what they lack: only where config.json can be read is no answer taken for no file
    this.#hides = this.source.mirror !== '' && await this.#probe()
    const listed = await this.#listing()
    const place = `${this.source.id} at ${this.#host.name}`
    if (listed === undefined && !this.#hides) await this.#findBase()
    const known = listed ?? await this.#askForEach()
    const names = [...known.keys()]
    if (isAdapter(names)) {
      this.#files = [ADAPTER_CONFIG, ADAPTER_WEIGHTS].map((name) => known.get(name)!)
      return this.#trainedOn(await this.#text(ADAPTER_CONFIG))
    }
    const shards = isSharded(names) ? shardsOf(await this.#text(WEIGHTS_INDEX)) : []
    if (listed === undefined) for (const name of shards) await this.#put(known, name)
    const chosen = chooseModelFiles([...known.keys()], place, shards)
    this.#config = configOf(await this.#text(CONFIG), place)
    this.#files = chosen.map((name) => known.get(name)!)
    return undefined
  }

  #trainedOn(adapterConfig: string): Pick<HubSource, 'id' | 'revision'> {
    const { base_model_name_or_path: id, revision } = configOf(adapterConfig, `${this.source.id} at ${this.#host.name}`, ADAPTER_CONFIG)
    if (typeof id !== 'string' || !ID.test(id)) {
      throw new Error(`${this.source.id} is an adapter of ${JSON.stringify(id)}, which is no model of the hub; load that model, and give the adapter's folder then`)
    }
    return { id, revision: typeof revision === 'string' ? revision : 'main' }
  }

  async open(name: string, from: number, signal: AbortSignal): Promise<Opened> {
    const stated = this.#files.find((file) => file.name === name)?.bytes ?? 0
    const response = await this.#host.ask(`${this.#base}${encodeURIComponent(name)}`, { ...(from > 0 ? { from } : {}), signal })
    const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(response.headers.get('content-range') ?? '')
    const there = range?.[2] === undefined ? undefined : Number(range[2])
    if ((response.status === 206 || response.status === 416) && there !== undefined && stated > 0 && there !== stated) {
      await response.body?.cancel()
      throw new Error(`${name}: ${this.#host.name} has ${there} bytes of it, but states ${stated}; the model is being changed there, so try again later`)
    }
    // more lies here than there is: from the beginning
    if (response.status === 416) {
      await response.body?.cancel()
      if (from > 0) return this.open(name, 0, signal)
    }
    const body = (await this.#judge(response, name)).body
    if (body === null) throw new Error(`${name}: ${this.#host.name} sent no bytes; try another mirror`)
    const begins = response.status === 206 ? Number(range?.[1] ?? from) : 0
    if (begins !== 0 && begins !== from) throw new Error(`${name}: bytes from ${from} on were asked for, but ${this.#host.name} sends those from ${begins} on; try another mirror`)
    return { from: begins, validator: validatorOf(response), body }
  }

  async validator(name: string, signal: AbortSignal): Promise<string> {
    // asked as the file itself is, so that the same encoding of it answers
    const response = await this.#host.askPatiently(`${this.#base}${encodeURIComponent(name)}`, { method: 'HEAD', signal }).catch(() => undefined)
    signal.throwIfAborted()
    return response?.ok === true ? validatorOf(response) : ''
  }

  /** Every file beside config.json by the hub's listing, with hashes of large ones; undefined where the host has none. */
  async #listing(): Promise<Map<string, Stated> | undefined> {
    const files = new Map<string, Stated>()
    let address: string | undefined = `${this.#host.address}/api/models/${this.#id}/tree/${this.#revision}?recursive=true`
    for (let page = 0; address !== undefined && page < MOST_PAGES; page++) {
      const response = await this.#look(address, { signal: this.signal })
      if (response === undefined) return undefined
      if (response.status === 401 || response.status === 403) await this.#judge(response, CONFIG)
      if (!response.ok) {
        await response.body?.cancel()
        return undefined
      }
      const entries: unknown = await response.json().catch(() => undefined)
      if (!Array.isArray(entries)) return undefined
      for (const entry of entries as readonly Entry[]) {
        if (entry.type !== 'file' || typeof entry.path !== 'string' || entry.path.includes('/')) continue
        const oid = entry.lfs?.oid?.replace(/^sha256:/, '')
        const sha256 = oid !== undefined && /^[0-9a-f]{64}$/.test(oid) ? oid : ''
        files.set(entry.path, { name: entry.path, bytes: entry.lfs?.size ?? entry.size ?? 0, sha256 })
      }
      address = nextPage(response.headers.get('link'), address)
    }
    return files
  }

  /** One look at what may be absent; undefined where a host that may hide files shows none. */
  #look(address: string, ask: Ask): Promise<Response | undefined> {
    return this.#hides ? this.#host.askForOptional(address, ask) : this.#host.askPatiently(address, ask)
  }

  /** Where config.json may be: as the hub has it, or in a plain folder of a mirror. */
  #bases(): string[] {
    const { address } = this.#host
    return [this.#base, ...(this.source.mirror === '' ? [] : [`${address}/${this.#id}/`, `${address}/`])]
  }

  /** True, with the base found, where config.json can be read. */
  async #probe(): Promise<boolean> {
    for (const [i, base] of this.#bases().entries()) {
      const response = await this.#host.askForOptional(`${base}${CONFIG}`, { signal: this.signal }, i === 0 ? 2 : 1)
      await response?.body?.cancel()
      if (response?.ok === true && !isPage(response)) {
        this.#base = base
        return true
      }
    }
    return false
  }

  /** Finds the base; rejects with a sentence where config.json is nowhere. */
  async #findBase(): Promise<void> {
    let first: Response | undefined
    for (const base of this.#bases()) {
      const response = await this.#host.askPatiently(`${base}${CONFIG}`, { signal: this.signal })
      await response.body?.cancel()
      if (response.ok && !isPage(response)) {
        this.#base = base
        return
      }
      if (!response.ok) first ??= response
    }
    await this.#judge(first ?? new Response(null, { status: 404 }), CONFIG)
  }

  async #askForEach(): Promise<Map<string, Stated>> {
    const known = new Map<string, Stated>()
    await Promise.all([...Object.keys(MODEL_PARTS), WEIGHTS].map((name) => this.#put(known, name)))
    if (known.has(ADAPTER_CONFIG)) await this.#put(known, ADAPTER_WEIGHTS)
    if (!known.has(WEIGHTS)) await this.#put(known, WEIGHTS_INDEX)
    if (!known.has(WEIGHTS) && !known.has(WEIGHTS_INDEX)) await this.#put(known, PICKLED)
    return known
  }

  async #put(known: Map<string, Stated>, name: string): Promise<void> {
    const address = `${this.#base}${encodeURIComponent(name)}`
    // a range keeps the answer from being packed, so that its length is the file's
    const ask = { from: 0, signal: this.signal }
    let response = await this.#look(address, { ...ask, method: 'HEAD' })
    if (response?.status === 405 || response?.status === 501) response = await this.#look(address, ask)
    if (response === undefined) return
    await response.body?.cancel()
    if (response.status === 404 || response.status === 410 || isPage(response)) return
    const { headers } = await this.#judge(response, name)
    const linked = /^"?([0-9a-f]{64})"?$/.exec(headers.get('x-linked-etag') ?? '')?.[1]
    const bytes = Number(headers.get('x-linked-size') ?? headers.get('content-length') ?? 0)
    known.set(name, { name, bytes: Number.isSafeInteger(bytes) ? bytes : 0, sha256: linked ?? '' })
  }

  async #text(name: string): Promise<string> {
    const response = await this.#host.askPatiently(`${this.#base}${encodeURIComponent(name)}`, { signal: this.signal })
    return (await this.#judge(response, name)).text()
  }

  /** The answer, if it is one. Throws a sentence with what to do otherwise. */
  async #judge(response: Response, name: string): Promise<Response> {
    if (response.ok) return response
    await response.body?.cancel()
    const { id, token } = this.source
    const host = this.#host.name
    const said = response.headers.get('x-error-message')
    const why = said === null ? String(response.status) : `${response.status}: ${said}`
    const gated = response.headers.get('x-error-code') === 'GatedRepo'
    if (response.status === 401 && token === undefined) {
      throw new Error(`${host} shows ${id} to nobody without a token (${why}); check the id for spelling, or, if the model is gated or private, accept its terms at ${this.#page} and give a token`)
    }
    if (response.status === 401) throw new Error(`${host} does not accept the token for ${id} (${why}); give one that is valid and may read this model`)
    if (response.status === 403) {
      const how = gated || token === undefined ? `accept its terms at ${this.#page} and give a token of that account` : 'give a token that may read it'
      throw new Error(`${host} does not let this account read ${id} (${why}); ${how}`)
    }
    if (response.status === 404 || response.status === 410) {
      if (name !== CONFIG) throw new Error(`${name} of ${id} is not at ${host} (${why}); it was removed meanwhile, or the mirror is not whole`)
      const revision = response.headers.get('x-error-code') === 'RevisionNotFound' ? ` with revision ${this.source.revision}` : ''
      throw new Error(`${host} has no model ${id}${revision} with a config.json (${why}); check the id, the revision and the mirror`)
    }
    throw new Error(`${host} answered ${why} for ${name} of ${id}; try again later, or another mirror`)
  }
}

/** Tells versions of a file apart, where the host lets it be seen. */
function validatorOf({ headers }: Response): string {
  return headers.get('etag') ?? headers.get('last-modified') ?? ''
}

/** Hosts of pages answer every address with a page. */
function isPage(response: Response): boolean {
  return /^text\/html\b/.test(response.headers.get('content-type') ?? '')
}

interface Entry {
  readonly type?: string
  readonly path?: string
  readonly size?: number
  readonly lfs?: { readonly oid?: string; readonly size?: number }
}

/** The address of a listing's next page, at the same host. */
function nextPage(link: string | null, from: string): string | undefined {
  const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1]
  if (next === undefined) return undefined
  const address = new URL(next, from)
  return address.origin === new URL(from).origin ? address.href : undefined
}
