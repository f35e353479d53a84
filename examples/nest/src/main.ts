import 'reflect-metadata'
import type { Principal } from '@keywright/core'
import { Controller, Get, Global, Inject, Module, type OnApplicationShutdown, Post } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { KEYRING, type Keyring, openKeyring } from './keyring.js'
import { McpModule } from './mcp.js'
import { Caller, RequireKey } from './require-key.js'

@Controller('tasks')
class TasksController {
  @Get()
  @RequireKey({ scopes: ['tasks.read'] })
  list(@Caller() caller: Principal) {
    return { tasks: ['Write the release notes'], askedBy: caller.user }
  }

  @Post()
  @RequireKey({ scopes: ['tasks.create'] })
  add() {
    return { added: true }
  }
}

@Global()
@Module({
  imports: [McpModule],
  controllers: [TasksController],
  providers: [{ provide: KEYRING, useFactory: openKeyring }],
  exports: [KEYRING],
})
class AppModule implements OnApplicationShutdown {
  constructor(@Inject(KEYRING) private readonly keyring: Keyring) {}

  /** Writes the uses counted so far. */
  async onApplicationShutdown() {
    await this.keyring.close()
  }
}

async function main() {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] })
  app.enableShutdownHooks()
  const port = Number(process.env.PORT ?? 3000)
  await app.listen(port)
  const keyring = app.get<Keyring>(KEYRING)
  const { keys } = await keyring.list({ organizationId: 'acme', limit: 1 })
  if (keys.length > 0)
    return console.log('Ready. The key was shown at the first start; delete keys.sqlite to begin again.')
  const owner = { type: 'user', id: 'ada', organizationId: 'acme' } as const
  const { token } = await keyring.create({ name: 'my first key', owner, scopes: ['tasks.read'] })
  console.log(`curl -H 'Authorization: Bearer ${token.reveal()}' http://localhost:${port}/tasks`)
}

void main()
