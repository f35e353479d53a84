import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { argon2id } from '../src/index.js'

it('needs the engine where a hasher is made, not where the package is imported', () => {
  const require = createRequire(import.meta.url)
  const engine = require.resolve('@node-rs/argon2')
  expect(require.cache).not.toHaveProperty([engine])
  argon2id()
  expect(require.cache).toHaveProperty([engine])
})
