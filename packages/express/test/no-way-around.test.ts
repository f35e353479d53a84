import { describe, expect, it } from 'vitest'
import { K, keyId, type Layout, openApp, versions } from './task-board.js'

const targets = [
  '/api/secret',
  '/api/secret/',
  '/API/SECRET',
  '//api/secret',
  '/api//secret',
  '/./api/secret',
  '/api/./secret',
  '/x/../api/secret',
  '/api/%2e%2e/secret',
  '/api/%2e%2e/api/secret',
  '/%61pi/secret',
  '/api%2fsecret',
  '/api\\secret',
  '/api;x/secret',
  '/api/secret;x',
  '/api/secret%00',
  '/api/secret?x=/public',
  '/api/secret#x',
  'http://test/api/secret',
  '*',
]
const methods = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'POST', 'PUT', 'PROPFIND']
const overrides = [
  ['X-HTTP-Method-Override', 'OPTIONS'],
  ['X-HTTP-Method', 'OPTIONS'],
  ['X-Method-Override', 'OPTIONS'],
  ['X-Original-URL', '/public'],
  ['X-Rewrite-URL', '/public'],
] as const

describe.each(versions)('on %s', (_, express) => {
  describe.each<[string, Layout]>([
    ['on the route', (app, guard, handler) => app.all('/api/secret', guard, handler)],
    ['on the method', (app, guard, handler) => app.get('/api/secret', guard, handler)],
    ['on the mount', (app, guard, handler) => app.use('/api', guard, express.Router().all('/secret', handler))],
    ['before the routes', (app, guard, handler) => app.use('/api', guard).all('/api/secret', handler)],
    ['in the router', (app, guard, handler) => app.use('/api', express.Router().use(guard).all('/secret', handler))],
  ])('a guard %s (ADP-2)', (_, lay) => {
    it('is passed by no path, method or field without a key', async () => {
      const { send, handler } = await openApp(express, { lay })
      const tricks = targets.flatMap((target) => methods.map((method) => ({ method, target })))
      const answers = await Promise.all(tricks.map(send))
      answers.push(await send({ target: '/api/secret', fields: overrides }))
      expect(handler).not.toHaveBeenCalled()
      // The tricks that do find the route are refused, and some must.
      expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThan(5)
      expect(answers.filter(({ body }) => body.includes(keyId))).toEqual([])
    })

    it('is passed by GET and HEAD with a key', async () => {
      const { send, handler } = await openApp(express, { lay })
      for (const method of ['GET', 'HEAD']) {
        const { status, body } = await send({ method, target: '/API/secret/', fields: [['X-API-Key', K]] })
        expect({ status, body }).toEqual({ status: 200, body: method === 'HEAD' ? '' : keyId })
      }
      expect(handler).toHaveBeenCalledTimes(2)
    })
  })
})
