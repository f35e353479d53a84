import { bypassAttempts } from '@keywright/testkit'
import { describe, expect, it } from 'vitest'
import { K, keyId, type Layout, openApp, versions } from './task-board.js'

describe.each(versions)('requireKey on %s', (_, express) => {
  describe.each<[string, Layout]>([
    ['on the route', (app, guard, handler) => app.all('/api/secret', guard, handler)],
    ['on the method', (app, guard, handler) => app.get('/api/secret', guard, handler)],
    ['on the mount', (app, guard, handler) => app.use('/api', guard, express.Router().all('/secret', handler))],
    ['before the routes', (app, guard, handler) => app.use('/api', guard).all('/api/secret', handler)],
    ['in the router', (app, guard, handler) => app.use('/api', express.Router().use(guard).all('/secret', handler))],
  ])('as a guard %s (ADP-2)', (_, lay) => {
    it('lets no request without a key through, by any path, method or header', async () => {
      const { send, handler } = await openApp(express, { lay })
      const answers = await Promise.all(bypassAttempts.map(send))
      expect(handler).not.toHaveBeenCalled()
      // The attempts that do find the route are refused, and some must.
      expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThan(5)
      expect(answers.filter(({ body }) => body.includes(keyId))).toEqual([])
    })

    it('lets GET and HEAD through with a key', async () => {
      const { send, handler } = await openApp(express, { lay })
      for (const method of ['GET', 'HEAD']) {
        const { status, body } = await send({ method, target: '/API/secret/', fields: [['X-API-Key', K]] })
        expect({ status, body }).toEqual({ status: 200, body: method === 'HEAD' ? '' : keyId })
      }
      expect(handler).toHaveBeenCalledTimes(2)
    })
  })
})
