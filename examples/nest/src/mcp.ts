import { createMcpAuth } from '@keywright/mcp'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { Inject, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common'
import type { Request, Response } from 'express'
import { KEYRING, type Keyring } from './keyring.js'

/** The MCP endpoint of the app, with the same keys as its routes. Import it in the module that provides the keyring. */
@Module({})
export class McpModule implements NestModule {
  constructor(@Inject(KEYRING) private readonly keyring: Keyring) {}

  configure(consumer: MiddlewareConsumer) {
    const auth = createMcpAuth(this.keyring)
    const serve = toNodeHandler(
      createMcpHandler(() => {
        const server = auth.protect(new McpServer({ name: 'tasks', version: '1.0.0' }))
        server.registerTool(
          'tasks_list',
          { description: 'Lists the tasks' },
          auth.scoped({ scopes: ['tasks.read'] }, (ctx) => ({
            content: [{ type: 'text', text: `Write the release notes, asked by ${auth.principal(ctx).owner.id}` }],
          })),
        )
        server.registerTool(
          'tasks_add',
          { description: 'Adds a task' },
          auth.scoped({ scopes: ['tasks.create'] }, () => ({ content: [{ type: 'text', text: 'Added' }] })),
        )
        return server
      }),
    )
    consumer.apply(auth.express(), (req: Request, res: Response) => serve(req, res, req.body)).forRoutes('mcp')
  }
}
