import type { Keyring } from '@keywright/core'
import { requireKey } from '@keywright/express'
import { createMcpAuth } from '@keywright/mcp'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import express, { type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import type { access } from './access.js'
import type { Tracker } from './tracker.js'

/** The tracker's routes. Each request has the user and the organization of its key, by which it is answered. */
export function createApi(keyring: Keyring<typeof access>, { projects, items }: Tracker): Router {
  const resource = ({ params }: Request) => ({ type: 'project' as const, id: String(params.project) })
  const router = Router()
  router.get('/projects', requireKey(keyring, { scopes: ['projects.read'] }), ({ principal }, res) => {
    const { user, organizationId } = principal
    const own = projects.filter((project) => project.organizationId === organizationId)
    res.json({ user, organizationId, projects: own.map(({ id, name }) => ({ id, name })) })
  })
  router.get(
    '/projects/:project/work-items',
    requireKey(keyring, { scopes: ['work_items.read'], resource }),
    ({ params }, res) => void res.json(items.get(String(params.project)) ?? []),
  )
  return router
}

/** The tracker for MCP clients. A connection to `/mcp?projectId=compass` reaches that project alone, whatever its key may do. */
export function serveMcp(keyring: Keyring<typeof access>, { items }: Tracker): RequestHandler[] {
  const auth = createMcpAuth(keyring, { narrow: (url) => ({ project: [url.searchParams.get('projectId')] }) })
  const on = ({ projectId }: Readonly<Record<string, unknown>>) => ({ type: 'project', id: projectId }) as const
  const text = (lines: readonly string[]) => ({ content: [{ type: 'text' as const, text: lines.join('\n') }] })
  const serve = toNodeHandler(
    createMcpHandler(() => {
      const server = auth.protect(new McpServer({ name: 'work-tracker', version: '1.0.0' }))
      server.registerTool(
        'work_items_list',
        { inputSchema: z.object({ projectId: z.string() }) },
        auth.scoped({ scopes: ['work_items.read'], on }, ({ projectId }) => text(items.get(projectId) ?? [])),
      )
      server.registerTool(
        'work_items_create',
        { inputSchema: z.object({ projectId: z.string(), title: z.string() }) },
        auth.scoped({ scopes: ['work_items.write'], on }, ({ projectId, title }) => {
          items.set(projectId, [...(items.get(projectId) ?? []), title])
          return text([title])
        }),
      )
      return server
    }),
  )
  // The SDK's own types disagree under exactOptionalPropertyTypes.
  return [auth.express(), express.json(), (req, res) => serve(req as Parameters<typeof serve>[0], res, req.body)]
}
