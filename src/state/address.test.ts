// The page's address: what it says and what is read of it.
import { expect, test } from 'vitest'
import { settingsOf } from '../domain/config.ts'
import { addressOf, missingData, readAddress } from './address.ts'

const HASH = 'ab'.repeat(32)

test('an address holds the preset, what differs, the place, the query and the data set, and brings them all back', () => {
  const settings = settingsOf('shards', { seed: 7, queryPrefix: 'query: ' })
  const data = { name: 'my shop & more', hash: HASH, files: ['a b.parquet', 'c.parquet'] }
  const address = addressOf({ settings, place: 'inspect', query: 'usb-c hub = good?', data })
  expect(readAddress(`#${address}`)).toEqual({ settings, place: 'inspect', query: 'usb-c hub = good?', data })
})

test('the plain case stays as short as it was: the preset alone', () => {
  expect(addressOf({ settings: settingsOf('sample'), place: 'train' })).toBe('preset=sample')
  expect(readAddress('#preset=sample')).toEqual({ settings: settingsOf('sample'), place: undefined, query: undefined, data: undefined })
})

test('an address of before, with settings alone, is read as ever', () => {
  expect(readAddress('#preset=rec-r1&steps=12')).toMatchObject({ settings: settingsOf('rec-r1', { steps: 12 }), place: undefined, data: undefined })
})

test('an address that names only a place leaves the settings alone', () => {
  expect(readAddress('view=runs')).toEqual({ settings: undefined, place: 'runs', query: undefined, data: undefined })
})

test('a part that is unknown, a place that does not exist and a hash that is none are sentences', () => {
  expect(() => readAddress('#sede=8')).toThrow('setting sede does not exist; did you mean seed')
  expect(() => readAddress('#view=compare')).toThrow('view is "compare"; give train, inspect, runs or papers')
  expect(() => readAddress('#hash=12')).toThrow('hash is "12"; it is the hexadecimal fingerprint')
})

test('a data set that is not stored is named with the files that make it, and with what is open instead', () => {
  expect(missingData({ name: 'esci', hash: HASH, files: ['examples.parquet', 'products.parquet'] }, 'sample')).toBe(
    'the address is of the data set esci (abababababab…), which this browser does not keep. Add examples.parquet, products.parquet: '
    + 'the same files, read the same way, are the same data set; until then sample is open',
  )
  expect(missingData({ name: 'esci', hash: HASH, files: [] }, undefined)).toContain('Add the files that it was read from')
})
