import { expect, it } from 'vitest'
import { coversPath } from '../../src/http/covers-path.js'

it.each([
  ['/a', '/a', true],
  ['/a', '/b', false],
  ['/a', '/a/b', false],
  ['/a/*', '/a', true],
  ['/a/*', '/a/b/c', true],
  ['/a/*', '/ab', false],
  ['/*', '/', true],
  ['*', '/a/:b', true],
  ['/a/:x', '/a/b', true],
  ['/a/:x', '/a/:y', true],
  ['/a/b', '/a/:y', false],
  ['/a/:x', '/a', false],
  ['/a/:x', '/a/*', false],
  ['/a/:x', '/a/:y?', false],
  ['/a/:x?', '/a/b', false],
  ['/a/:x{[0-9]+}', '/a/:y', false],
  ['/a/*', '/a/*', true],
  ['/a/*/c', '/a/b/c', true],
  ['/a/*/c', '/a/*', false],
  ['/A/*', '/a/b', false],
])('%s covers %s: %s', (pattern, route, covers) => {
  expect(coversPath(pattern, route)).toBe(covers)
})
