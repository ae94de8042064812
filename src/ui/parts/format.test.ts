// Checks numbers as a reader sees them.
import { expect, test } from 'vitest'
import { digits, duration, memory, millions, percent, pValue, score, signed, significant, size } from './format.ts'

test('a missing or non-finite number is a dash', () => {
  expect([score(undefined), percent(Number.NaN), digits(Infinity), signed(undefined)]).toEqual(['–', '–', '–', '–'])
})

test('a gain carries its sign, and one that rounds to nothing has none', () => {
  expect([signed(0.1234), signed(-0.0456), signed(0.0001)]).toEqual(['+0.123', '−0.046', '±0'])
})

test('a p-value below a thousandth is never written as zero', () => {
  expect([pValue(0.0002), pValue(0.0412)]).toEqual(['< 0.001', '0.041'])
})

test('small and large values keep three significant digits', () => {
  expect([digits(0), digits(0.04567), digits(1234.5), digits(2.34e-6)]).toEqual(['0', '0.0457', '1,235', '2.3e-6'])
})

test('shares and times read as a person would say them', () => {
  expect([percent(0.5), percent(0.9876)]).toEqual(['50\u00a0%', '98.8\u00a0%'])
  expect([duration(45), duration(200), duration(3900)]).toEqual(['45 s', '3 min 20 s', '1 h 05 min'])
})

test('parameters are named as their makers do, and graphics memory has the unit of its limits', () => {
  expect([millions(512), millions(4096), millions(328_768), millions(494_032_768), millions(1_543_714_304), millions(999_600_000)])
    .toEqual(['512', '4.1\u00a0k', '0.329\u00a0M', '494\u00a0M', '1.54\u00a0B', '1\u00a0B'])
  expect([memory(512), memory(3584), memory(7.5 * 2 ** 20), memory(1.42 * 2 ** 30)]).toEqual(['512\u00a0B', '3.5\u00a0KiB', '7.5\u00a0MiB', '1.42\u00a0GiB'])
})

test('scores keep four significant digits, and bytes their unit', () => {
  expect([significant(0.61234), significant(12.3456), significant(123456), significant(-2)]).toEqual(['0.6123', '12.35', '123,456', '−2.000'])
  expect([size(512), size(45_000), size(4_600_000), size(10_738_600_000)]).toEqual(['512 B', '45 kB', '4.6 MB', '10.7 GB'])
})
