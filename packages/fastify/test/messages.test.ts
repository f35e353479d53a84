import { testKeyring } from '@keywright/testkit'
import Fastify, { type FastifyContextConfig, type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import { describe, expect, it } from 'vitest'
import { keywright } from '../src/index.js'

const { keyring } = testKeyring()
const misspelt = { scopes: ['members.reed'] } as unknown as FastifyContextConfig // a caller in JavaScript
const route = (app: FastifyInstance, config: FastifyContextConfig) => app.get('/members', { config }, async () => 'x')

describe('a wrong rule of a route fails at start-up', () => {
  it.each<[string, FastifyContextConfig, string]>([
    ['a misspelt scope', misspelt, 'scopes[0]: members.reed is not in the catalog. Did you mean members.read?'],
    [
      'scopes that are no list',
      { scopes: 'members.read' } as unknown as FastifyContextConfig, // a caller in JavaScript
      'Option scopes must be a list of at least one scope. Leave it out to let any active key pass.',
    ],
    [
      'a misspelt rule',
      { scope: ['members.read'] } as unknown as FastifyContextConfig, // a caller in JavaScript
      'Unknown option config.scope. Did you mean config.scopes? Give it another name if it is for something else.',
    ],
  ])('%s', async (_, config, message) => {
    const app = Fastify()
    await app.register(keywright(keyring))
    expect(() => route(app, config)).toThrow(message)

    const nested = Fastify()
    nested.register(keywright(keyring))
    const child: FastifyPluginAsync = async (within) => void route(within, config)
    nested.register(child)
    await expect(nested.ready()).rejects.toThrow(message)
  })
})
