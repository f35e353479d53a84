/** A framework that a starter can be made for. */
export type FrameworkId = 'express' | 'fastify' | 'hono' | 'next' | 'mcp'

/** What a starter for a framework is made of. */
export interface Framework {
  readonly title: string
  /** Packages that only a project with this framework has. */
  readonly markedBy: readonly string[]
  /** The templates of a new project, by the path that each is written to. */
  readonly files: Readonly<Record<string, string>>
  /** Those of them that are put into a project which has its own server. */
  readonly added: readonly string[]
  /** What a project needs beside what every starter needs: names of {@link ranges}, and packages of Keywright. */
  readonly packages: readonly string[]
  readonly scripts: Readonly<Record<string, string>>
  /** What must not get into a repository, beside what no starter lets in. */
  readonly ignored: readonly string[]
  /** How to guard the first route of a project that is there. */
  readonly guard: string
}

const served = {
  files: {
    'keyring.js': 'shared/keyring.js',
    'keywright.config.js': 'shared/keywright.config.js',
  },
  added: ['keyring.js', 'keywright.config.js'],
  scripts: { start: 'node --env-file=.env server.js' },
  ignored: [],
} as const

const rules = "{ scopes: ['tasks.read'] }"

/** All frameworks, in the order in which they are offered. */
export const frameworks: Readonly<Record<FrameworkId, Framework>> = {
  express: {
    ...served,
    title: 'Express',
    markedBy: ['express'],
    files: { ...served.files, 'server.js': 'express/server.js' },
    packages: ['@keywright/express', 'express'],
    guard: `app.get('/tasks', requireKey(keyring, ${rules}), …), with requireKey of @keywright/express`,
  },
  fastify: {
    ...served,
    title: 'Fastify',
    markedBy: ['fastify'],
    files: { ...served.files, 'server.js': 'fastify/server.js' },
    packages: ['@keywright/fastify', 'fastify'],
    guard: `await app.register(keywright(keyring)), with keywright of @keywright/fastify; then app.get('/tasks', { config: ${rules} }, …)`,
  },
  hono: {
    ...served,
    title: 'Hono',
    markedBy: ['hono'],
    files: { ...served.files, 'server.js': 'hono/server.js' },
    packages: ['@hono/node-server', '@keywright/hono', 'hono'],
    guard: `app.get('/tasks', requireKey(keyring, ${rules}), …), with requireKey of @keywright/hono`,
  },
  next: {
    title: 'Next.js',
    markedBy: ['next'],
    files: Object.fromEntries(
      [
        'app/tasks/route.js',
        'instrumentation.js',
        'keyring.js',
        'keywright.config.js',
        'next.config.js',
        'require-key.js',
      ].map((path) => [path, `next/${path}`]),
    ),
    added: ['keyring.js', 'keywright.config.js', 'require-key.js'],
    packages: ['next', 'react', 'react-dom'],
    scripts: { dev: 'next dev', build: 'next build', start: 'next start' },
    ignored: ['.next'],
    guard: `export const GET = requireKey(${rules}, …) in a route.js, with serverExternalPackages: ['libsql'] in the configuration of Next`,
  },
  mcp: {
    ...served,
    title: 'An MCP server',
    markedBy: ['@modelcontextprotocol/server', '@modelcontextprotocol/sdk'],
    files: { ...served.files, 'server.js': 'mcp/server.js' },
    packages: ['@hono/node-server', '@keywright/mcp', '@modelcontextprotocol/server', 'hono'],
    guard: `auth.protect(server), and auth.scoped(${rules}, …) for each tool, with createMcpAuth(keyring) of @keywright/mcp`,
  },
}

/** The names of all frameworks. */
export const frameworkIds: readonly FrameworkId[] = Object.keys(frameworks) as FrameworkId[] // the keys of the record above

/** What every starter needs. */
export const everyPackage: readonly string[] = ['@keywright/core', '@keywright/kysely', 'kysely']

/** The versions of other packages that a new project asks for. A test compares them with those that we test with. */
export const ranges: Readonly<Record<string, string>> = {
  '@hono/node-server': '^2.1.8',
  '@modelcontextprotocol/server': '^2.4.0',
  express: '^5.3.0',
  fastify: '^5.12.8',
  hono: '^4.13.19',
  kysely: '^0.28.18',
  libsql: '^0.5.29',
  next: '^16',
  react: '^19',
  'react-dom': '^19',
}
