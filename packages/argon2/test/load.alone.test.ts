import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { argon2id } from '../src/index.js'

it('argon2id loads the engine when a hasher is made, not when the package is imported', () => {
  const require = createRequire(import.meta.url)
  const engine = require.resolve('@node-rs/argon2')
  expect(require.cache).not.toHaveProperty([engine])
  argon2id()
  expect(require.cache).toHaveProperty([engine])
})
