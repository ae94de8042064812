// The page as the end-to-end tests use it: by its accessible names, with a watch on every request that leaves it.
import { expect, test as base, type Locator, type Page, type TestInfo } from '@playwright/test'

/** A run small enough for the software adapter, with everything in it: validations, checkpoints, the test queries. */
export const SMALL_RUN = '#preset=sample&steps=4&promptsPerStep=4&groupSize=4&validationEvery=2&evaluationQueries=24'

/** Every test fails when the page or one of its workers asks another host for anything, or throws. */
export const test = base.extend<{ foreign: string[] }>({
  foreign: [async ({ context, baseURL }, use) => {
    const foreign: string[] = []
    const faults: string[] = []
    const own = new URL(baseURL!).host
    context.on('request', (request) => {
      const { protocol, host } = new URL(request.url())
      if (/^(https?|wss?):$/.test(protocol) && host !== own) foreign.push(request.url())
    })
    // the tour greets new users; it has a test of its own
    await context.addInitScript(() => { if (location.protocol !== 'about:') localStorage.setItem('rec-r1-workbench toured', 'yes') })
    context.on('weberror', (fault) => faults.push(fault.error().message))
    await use(foreign)
    expect(foreign, 'requests to other hosts').toEqual([])
    expect(faults, 'uncaught errors on the page').toEqual([])
  }, { auto: true }],
})

/** What the page leaves in `__workbench`: the stores, for what no button does. */
interface Stores {
  readonly run: {
    readonly engine: { readonly service: { loseDevice(): Promise<void> } }
    getState(): { readonly run: { readonly done: number } }
  }
}

export class Workbench {
  readonly train: Locator
  readonly pause: Locator
  readonly step: Locator
  readonly reset: Locator
  readonly data: Locator
  readonly query: Locator
  readonly phase: Locator
  readonly rollouts: Locator
  /** the dialog that is open over the page */
  readonly sheet: Locator

  constructor(readonly page: Page) {
    const button = (name: string): Locator => page.getByRole('group', { name: 'Run' }).getByRole('button', { name })
    this.train = button('Train')
    this.pause = button('Pause')
    this.step = button('Step')
    this.reset = button('Reset')
    this.data = page.getByRole('region', { name: 'Data' })
    this.query = page.getByRole('combobox', { name: 'Query' })
    this.phase = page.locator('.phase')
    this.sheet = page.locator('dialog:modal')
    this.rollouts = page.getByRole('complementary', { name: 'Rollouts of the last step' })
  }

  async open(hash = ''): Promise<void> {
    await this.page.goto(`/${hash}`)
    await expect(this.data.getByRole('heading', { name: 'sample' })).toBeVisible()
  }

  /** Opens and waits until a run can be started, and the policy has answered the watched query. */
  async ready(hash = SMALL_RUN): Promise<void> {
    await this.open(hash)
    await expect(this.train).toBeEnabled()
    await expect(this.page.getByRole('region', { name: 'Watched query' }).locator('ul > li').last()).toContainText(/\d\.\d{3}/)
  }

  /** Goes to one of the three places by the bar at the top. */
  async goTo(place: 'Train' | 'Inspect' | 'Runs'): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: place }).click()
  }

  /** Opens the rollouts of the last step, below the inspector's columns. */
  async showRollouts(): Promise<void> {
    await this.goTo('Inspect')
    await this.page.getByRole('tab', { name: 'Rollouts' }).click()
  }

  column(name: 'Original query' | 'Starting policy' | 'Current policy'): Locator {
    return this.page.getByRole('article', { name })
  }

  /** Destroys the policy's device, as a driver failure would. */
  async loseDevice(): Promise<void> {
    await this.page.evaluate(() => (globalThis as unknown as { __workbench: Stores }).__workbench.run.engine.service.loseDevice())
  }

  /** Steps that the store has counted, painted or not. */
  stepsDone(): Promise<number> {
    return this.page.evaluate(() => (globalThis as unknown as { __workbench: Stores }).__workbench.run.getState().run.done)
  }

  /** Goes on from dropped or chosen files to the open dataset. */
  async readAndUse(): Promise<void> {
    await this.sheet.getByRole('button', { name: /^Read \d/ }).click()
    await this.sheet.getByRole('button', { name: 'Use', exact: true }).click({ timeout: 60_000 })
    await expect(this.sheet).toHaveCount(0)
  }

  async choose(files: Parameters<Locator['setInputFiles']>[0]): Promise<void> {
    await this.page.getByRole('button', { name: 'Add data' }).click()
    await this.sheet.getByLabel('Choose files').setInputFiles(files)
  }

  /** The last value that a curve shows. */
  value(curve: string): Locator {
    return this.page.locator(`[data-curve=${curve}] .curve-value`)
  }

  /** Drops files on an element, as a person's file manager would. */
  async drop(target: string, files: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Promise<void> {
    const plain = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }))
    const transfer = await this.page.evaluateHandle((given) => {
      const made = new DataTransfer()
      for (const { name, base64 } of given) made.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0)!)], name))
      return made
    }, plain)
    for (const type of ['dragenter', 'dragover', 'drop']) await this.page.locator(target).dispatchEvent(type, { dataTransfer: transfer })
  }
}

/** A screenshot beside the test's results. */
export async function shoot(page: Page, info: TestInfo, name: string): Promise<void> {
  const path = info.outputPath(`${name}.png`)
  await page.screenshot({ path })
  await info.attach(name, { path, contentType: 'image/png' })
}

export { expect }
